"""The fault matrix: every kind of damage, in every compression: what is named, what comes back.

**Touched** is what a damage took away for good. The oracle in `layout` knows where everything
stands from the forge that laid it out, never from the engine, and counts a cluster as touched when

- a byte of its stored blocks changed, if that lies inside the device, or is not there any more;
- a byte of its extent's slots changed, for nothing else says which blocks are whose, or more than
  one of the header's other fields (magic, reserved, block count, uuid, md5) did: with one of them
  wrong, the others and the slots still prove each other;
- bytes went in or out in the middle of its extent's data, for nothing says where; at a loss that
  is known by its place - the end of the archive, or a fault of the stream - only what comes after
  it is;
- its device's size in the archive header changed, or more than one of the fields that say how the
  header is to be read.

Clusters of zeros have no blocks, so only the headers count for them. All other clusters must come
back as they were. Of a packed file the oracle takes the bytes that unpack before the damage, and
the frames, members or blocks that it did not hit.
"""

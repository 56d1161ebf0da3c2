"""Jobs in a process of their own, so that a screen that draws all the time does not hold them up.

Python runs one thread at a time: in the same process, a job waits whenever the screen is drawn. In
another one the two share no more than the processors and the memory.
"""

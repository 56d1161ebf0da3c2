"""Jobs in a process of their own, so that a screen that draws all the time does not hold them up.

Python runs one thread at a time. Beside a job that works as fast as memory does, drawing costs what
it takes; from another process it does not.
"""

"""What is answered, as types: each kind's result, steps and trace, and the decisions as they are made and read back.

They stand below all that decides and explains, for everybody reads them, and they know nothing of how they come about.
"""

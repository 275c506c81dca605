"""Shapes compiled to operations on sets, for whole graphs: what pySHACL finds, in a fraction of the time.

:func:`khyber.validation.compiled.shapes.compile_shapes` is the entry. pySHACL
(:mod:`khyber.validation.shacl`) is the reference: what is not covered here is given to it, shape by shape.
"""

"""What outputs.py looks at: one module for each kind of thing that a build makes for machines, and faults.py, which breaks
them all."""

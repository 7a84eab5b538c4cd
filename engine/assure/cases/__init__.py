"""Policy tests as data: cases read from YAML, decided, and held against what their authors expect."""

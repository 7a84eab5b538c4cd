"""`python -m api`: the command line without its installed script."""

from api.cli import main

main()

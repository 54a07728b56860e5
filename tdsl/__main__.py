"""`python -m tdsl`"""

from tdsl.cli.main import main

main()

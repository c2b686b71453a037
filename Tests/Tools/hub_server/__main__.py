import sys

from .server import serve

serve(sys.stdin, sys.stdout)

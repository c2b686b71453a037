import argparse
import sys

from .server import serve

parser = argparse.ArgumentParser(prog="hub_server")
parser.add_argument("--certificate", help="a PEM file with certificate and key: the hub itself, not the CDN, then speaks HTTPS")
serve(sys.stdin, sys.stdout, parser.parse_args().certificate)

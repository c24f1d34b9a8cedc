# A comment.
import sys


def main():
    """Documentation."""
    return 0

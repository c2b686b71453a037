"""What a hub can be told to do wrong. A rule applies to the next `times` requests whose method and path match.

    {"kind": "status", "status": 503, "headers": {...}, "body": "..."}   answers so, before anything is done
    {"kind": "drop"}                     closes the connection before an answer
    {"kind": "lose_reply"}               does what was asked, then closes the connection without an answer
    {"kind": "truncate", "after": N}     closes the connection after N bytes of the body
    {"kind": "stall", "after": N, "seconds": S}   sends N bytes of the body, then nothing for S seconds, then closes
    {"kind": "flip", "after": N}         one bit of byte N of the body is wrong
    {"kind": "no_range"}                 ignores Range
    {"kind": "wrong_range"}              answers a Range with another one
    {"kind": "header", "headers": {...}} replaces headers of the answer; null removes one
    {"kind": "slow", "seconds": S}       waits before it answers
    {"kind": "together", "count": N, "seconds": S}   waits until N such requests are there at once; 500 when that takes too long
"""

import re
import threading


class Faults:
    def __init__(self):
        self.lock = threading.Condition()
        self.rules = []

    def set(self, rules):
        with self.lock:
            self.rules = [dict(rule, times=rule.get("times", 1)) for rule in rules]

    def take(self, method, path):
        """The rule for this request, or an empty one."""
        with self.lock:
            for rule in self.rules:
                if rule["times"] > 0 and re.fullmatch(rule.get("method", ".*"), method) and re.search(rule.get("path", ""), path):
                    rule["times"] -= 1
                    return rule
        return {}

    def gather(self, rule):
        """Waits for the other requests of a rule; whether they came."""
        with self.lock:
            rule["arrived"] = rule.get("arrived", 0) + 1
            self.lock.notify_all()
            return self.lock.wait_for(lambda: rule["arrived"] >= rule["count"], timeout=rule["seconds"])

    def left(self):
        with self.lock:
            return sum(rule["times"] for rule in self.rules)

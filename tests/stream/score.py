"""What was found, against the truth: pairs, duplicates, directions, and whether two orders gave the same."""

import collections
import hashlib


class Found:
    """What the store says of each delivered mail: rows (delivery, message, case, direction, outcome)."""

    def __init__(self, session, tenant):
        self.rows = collections.defaultdict(list)
        for sha, delivery, message, case, direction, outcome in session.execute(
                "SELECT encode(d.source_sha256, 'hex'), d.delivery_id, r.message_id, m.case_id, m.direction, d.outcome"
                " FROM casegate.delivery d LEFT JOIN casegate.delivery_message_row r USING (tenant, delivery_id)"
                " LEFT JOIN casegate.message m ON m.tenant = d.tenant AND m.message_id = r.message_id"
                " WHERE d.tenant = %s ORDER BY d.delivery_id, r.position", (tenant,)):
            if not self.rows[sha] or self.rows[sha][0][0] == delivery:      # the same bytes twice are one
                self.rows[sha].append((delivery, message, case, direction, outcome))


def pairs(sizes):
    return sum(n * (n - 1) // 2 for n in sizes)


class Score:
    """mails: of stream.world; stream: of stream.ways; found: Found. recall: of what can be told; recall_of_all: of whole matters."""

    def __init__(self, mails, stream, found):
        self.problems = []
        self.groups = stream.groups
        self.case_of, self.message_of = {}, collections.defaultdict(set)
        self.held = self.unfiled = self.wrong_direction = 0
        for delivery in stream.deliveries:
            rows = found.rows.get(hashlib.sha256(delivery.source).hexdigest(), [])
            placed = [r for r in rows if r[2] is not None]
            if not placed:
                self.held += 1
                if delivery.is_vouched:
                    self.unfiled += 1
                    self.problems.append(("unfiled", delivery.way, delivery.brings))
                continue
            if len(placed) != len(delivery.brings):
                self.problems.append(("brings", delivery.way, delivery.brings, len(placed)))
                continue
            for key, row in zip(delivery.brings, placed):
                self.message_of[key].add(row[1])
                self.case_of.setdefault(key, row[2])
                wanted = delivery.direction(mails[key])
                if row[3] != wanted:
                    self.wrong_direction += 1
                    self.problems.append(("direction", delivery.way, key, row[3], wanted))
        self._duplicates(mails)
        self._pairs(mails)

    def _duplicates(self, mails):
        owner = {}
        self.duplicates_missed = self.duplicates_invented = 0
        for key, messages in sorted(self.message_of.items()):
            if len(messages) > 1:
                self.duplicates_missed += len(messages) - 1
                self.problems.append(("missed duplicate", key, sorted(messages)))
            for message in messages:
                if message in owner and owner[message] != key:
                    self.duplicates_invented += 1
                    self.problems.append(("invented duplicate", owner[message], key))
                owner[message] = key

    def _pairs(self, mails):
        table, true, got = collections.Counter(), collections.Counter(), collections.Counter()
        for key, case in self.case_of.items():
            got[case] += 1
            table[mails[key].case, case] += 1
            true[mails[key].case] += 1
        both = pairs(table.values())
        self.precision = both / pairs(got.values()) if pairs(got.values()) else 1.0
        self.recall_of_all = both / pairs(true.values()) if pairs(true.values()) else 1.0
        groups = collections.Counter(self.groups[k] for k in self.case_of)
        together = collections.Counter((self.groups[k], c) for k, c in self.case_of.items())
        self.recall = pairs(together.values()) / pairs(groups.values()) if pairs(groups.values()) else 1.0
        for (wanted, case), count in table.items():
            group = {self.groups[k] for k, c in self.case_of.items() if c == case and mails[k].case == wanted}
            if any(together[g, case] < groups[g] for g in group) or count < got[case]:
                keys = [k for k, c in self.case_of.items() if c == case and mails[k].case == wanted]
                self.problems.append(("case", f"matter {wanted} has {true[wanted]} mails, {count} of them lie in case {case} of {got[case]}",
                                      [f"{k}: {mails[k]}" for k in keys[:6]]))

    def partition(self, keys):
        """Which of these mails lie together, whatever the numbers are. (A mail of an outsider may wait in one order and
        be filed in another: he takes part only after a user brought something.)"""
        cases = collections.defaultdict(set)
        for key in keys:
            cases[self.case_of[key]].add(key)
        return {frozenset(c) for c in cases.values()}

    def line(self):
        return (f"precision {self.precision:.4f}, recall {self.recall:.4f} (of all {self.recall_of_all:.4f}), duplicates missed {self.duplicates_missed} invented {self.duplicates_invented},"
                f" wrong directions {self.wrong_direction}, held {self.held}, unfiled {self.unfiled}, {len(set(self.case_of.values()))} cases")

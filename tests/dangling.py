"""The references that have no foreign key (decision 0023): rows that only one filing call writes, and mail's tenant.
A test that has filed, erased, crashed or let sixteen write at a time asks here that none leads nowhere."""

REFERENCES = {
    "tenant": ["content", "message", "attachment", "delivery", "event", "event_counter"],
    "message": ["thread_key", "awaited", "claim", "said", "participant", "delivery_message_row", "message_comment"],
    "delivery": ["message", "delivery_message_row", "message_comment", "evidence"],
    "thread": ["message", "awaited"],
}
KEYS = {"tenant": "tenant", "message": "message_id", "delivery": "delivery_id", "thread": "thread_id"}


def found(session):
    """Of a superuser's session: "child → parent: how many", for each that is there."""
    wrong = []
    for parent, children in REFERENCES.items():
        key = KEYS[parent]
        same = "p.tenant = c.tenant" if parent == "tenant" else f"p.tenant = c.tenant AND p.{key} = c.{key}"
        for child in children:
            count = session.value(f"SELECT count(*) FROM casegate.{child} c WHERE c.{key} IS NOT NULL"
                                  f" AND NOT EXISTS (SELECT FROM casegate.{parent} p WHERE {same})")
            if count:
                wrong.append(f"{child} → {parent}: {count}")
    return wrong


def prove(tap, cluster, what):
    with cluster.connect() as session:
        tap.equal(found(session), [], f"{what}: nothing refers to what is not there")

/* Pool: the queue in front of the workers, inside the listener. One job per worker at a time;
 * questions go before mails, since each is short and somebody waits for it.
 *
 * A mail over which two workers died, or that made one compute for longer than
 * limits.parse_seconds, goes to another worker once more, with the order to file its bytes unread.
 * A worker that merely waits (for the database) has longer; then its mail is answered 451. Answers
 * never come from within pool_ask() or pool_submit(). */
#pragma once

#include <event2/event.h>
#include <sys/types.h>

#include "server/config.h"
#include "server/spool.h"
#include "store/address.h"
#include "store/ingest.h"

typedef struct Pool Pool;
typedef struct Job Job;

/* error is set when there is no answer. */
typedef void (*PoolAnswered)(void *data, AddressAnswer answer, const GError *error);
/* One verdict for each recipient. */
typedef void (*PoolFiled)(void *data, const Verdict *verdicts, guint count);
/* Asks whoever may do it to end this worker. */
typedef void (*PoolKill)(void *data, pid_t worker);

Pool *pool_new(struct event_base *base, const Limits *limits, PoolKill kill, void *data);
void pool_free(Pool *pool);

/* A worker behind a non-blocking socket of wire_pair(), which becomes the pool's. */
void pool_add_worker(Pool *pool, int socket, pid_t pid);
/* Lets go of the workers of now, each as soon as it is idle. */
void pool_retire_workers(Pool *pool);

Job *pool_ask(Pool *pool, const char *recipient, PoolAnswered answered, void *data);
/* Takes the envelope and what the spool holds, which must be sealed. */
Job *pool_submit(Pool *pool, Envelope *envelope, Spool *spool, PoolFiled filed, void *data);
/* Nobody wants this answer any more. What a worker has begun it ends. */
void pool_cancel(Job *job);

/* To be called a few times a second: ends what takes too long. */
void pool_tick(Pool *pool);
/* Jobs that wait for a worker. */
guint pool_depth(const Pool *pool);

/* Duty: a graph worker. It redeems sign-ins, sends, subscribes and reads, for whichever mailbox has
 * something to do; a mailbox is one worker's at a time, by a row lock that ends with him. Several
 * workers, on several machines, share all mailboxes. */
#pragma once

#include "graph/cloud.h"
#include "mime/authres.h"

typedef enum {
	DUTY_REQUESTS,
	DUTY_ROUNDS,
	DUTY_SEEN,
	DUTY_FILED,
	DUTY_SENT,
	DUTY_FAILURES,
} DutyCount;

/* Plain values and what a worker tells; borrowed. settings.ring is loaded by the worker. */
typedef struct {
	const char *database_url;
	const char *key_file;
	GraphSettings graph;
	const AuthPolicy *policy;
	gsize message_size;
	void (*log)(gboolean is_warning, const char *line);
	void (*count)(DutyCount what, guint64 by);
} DutySettings;

/* Works until leash (a socket's end) is closed at the other side. Returns the exit code. */
int duty_run(int leash, const DutySettings *settings);

/* Trace: the lines that we put above a mail, Return-Path and Received (RFC 5321 4.4). */
#pragma once

#include <glib.h>

typedef struct {
	const char *envelope_from; /* "" for <> */
	const char *helo, *peer;   /* what the client calls itself, and where it comes from */
	const char *host;          /* we */
	const char *with;          /* "ESMTPS", "LMTP", … (RFC 3848, RFC 6531) */
	const char *id;            /* ours, as in the log */
	gint64 received_at;        /* microseconds since 1970 */
} Trace;

/* Two lines with CRLF, always in UTC; g_free it. */
char *trace_format(const Trace *trace);

/* Log: lines for the person who reads them at night, as text, JSON or to systemd's journal.
 *
 * What goes in: ids, tenants, sizes, times, outcomes. Never mail content, addresses, subjects or
 * secrets. A reader that does not read never stops us: then lines are dropped, and their number is
 * told later. GLib's own messages (g_warning and friends) come out here too. */
#pragma once

#include "server/config.h"

/* Once, before children are forked: they inherit it. process names who writes, "" at first. */
void log_open(GLogLevelFlags level, LogFormat format);
/* Who writes from now on: "listener", "worker". Borrowed for ever. */
void log_name_process(const char *process);
/* The descriptor of the journal, or -1: for a process that closes what it does not need. */
int log_descriptor(void);

/* One event: a message and pairs of a key and a value (char *; a pair with value NULL is left out),
 * ended by NULL. Levels are GLib's; a warning here is never fatal, unlike g_warning under G_DEBUG.
 */
void log_event(GLogLevelFlags level, const char *message, ...) G_GNUC_NULL_TERMINATED;
void log_line(GLogLevelFlags level, const char *format, ...) G_GNUC_PRINTF(2, 3);

#define log_error(...)   log_line(G_LOG_LEVEL_CRITICAL, __VA_ARGS__)
#define log_warning(...) log_line(G_LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)  log_line(G_LOG_LEVEL_MESSAGE, __VA_ARGS__)
#define log_info(...)    log_line(G_LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_line(G_LOG_LEVEL_DEBUG, __VA_ARGS__)

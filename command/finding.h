/* Findings: what `casegate check` says, one line each: "ok", "warning" or "problem", about what,
 * and the remedy. */
#pragma once

#include <glib.h>

typedef struct {
	gboolean has_color;
	guint problems;
} Findings;

void finding_ok(Findings *findings, const char *about, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* It works, but a person should know. */
void finding_warn(Findings *findings, const char *about, const char *remedy, const char *format,
	...) G_GNUC_PRINTF(4, 5);
/* It does not work; remedy says what to do ("" where the text says it already). */
void finding_problem(Findings *findings, const char *about, const char *remedy, const char *format,
	...) G_GNUC_PRINTF(4, 5);

#include "command/finding.h"

#include <stdio.h>

#include "command/print.h"

G_GNUC_PRINTF(6, 0)
static void say(const Findings *findings, const char *word, Style style, const char *about,
	const char *remedy, const char *format, va_list values)
{
	g_autofree char *text = g_strdup_vprintf(format, values);
	g_autofree char *clean = print_clean(text);
	g_autofree char *padded = g_strdup_printf("%-8s", word);
	g_autofree char *styled = print_styled(padded, style, findings->has_color);
	const gboolean has_remedy = remedy != NULL && *remedy != '\0';

	printf("%s %-14s %s%s%s\n", styled, about, g_strchomp(clean),
		has_remedy ? " - remedy: " : "", has_remedy ? remedy : "");
}

void finding_ok(Findings *findings, const char *about, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say(findings, "ok", STYLE_GREEN, about, NULL, format, values);
	va_end(values);
}

void finding_warn(
	Findings *findings, const char *about, const char *remedy, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say(findings, "warning", STYLE_YELLOW, about, remedy, format, values);
	va_end(values);
}

void finding_problem(
	Findings *findings, const char *about, const char *remedy, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say(findings, "problem", STYLE_RED, about, remedy, format, values);
	va_end(values);
	findings->problems++;
}

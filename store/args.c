/* Parameters of a statement, in text form but for bytes. */
#include <time.h>

#include "store/session.h"

struct Args {
	GPtrArray *values;         /* of char, or NULL: null; bytes are borrowed */
	GPtrArray *owned;          /* what of the values is ours */
	GArray *lengths, *formats; /* of int */
};

Args *args_new(void)
{
	Args *args = g_new0(Args, 1);

	args->values = g_ptr_array_new();
	args->owned = g_ptr_array_new_with_free_func(g_free);
	args->lengths = g_array_new(FALSE, FALSE, sizeof(int));
	args->formats = g_array_new(FALSE, FALSE, sizeof(int));
	return args;
}

void args_free(Args *args)
{
	if (!args)
		return;
	g_ptr_array_unref(args->values);
	g_ptr_array_unref(args->owned);
	g_array_unref(args->lengths);
	g_array_unref(args->formats);
	g_free(args);
}

static void add(Args *args, char *value, int length, int format)
{
	g_ptr_array_add(args->values, value);
	g_array_append_val(args->lengths, length);
	g_array_append_val(args->formats, format);
}

/* Takes value. */
static void add_owned(Args *args, char *value)
{
	if (value)
		g_ptr_array_add(args->owned, value);
	add(args, value, 0, 0);
}

void args_text(Args *args, const char *value)
{
	add_owned(args, g_strdup(value));
}

void args_bigint(Args *args, gint64 value)
{
	add_owned(args, g_strdup_printf("%" G_GINT64_FORMAT, value));
}

void args_id(Args *args, gint64 id)
{
	if (id)
		args_bigint(args, id);
	else
		add_owned(args, NULL);
}

void args_bool(Args *args, gboolean value)
{
	add_owned(args, g_strdup(value ? "t" : "f"));
}

/* By hand: g_date_time_format() takes longer than most statements. */
void args_time(Args *args, gint64 microseconds)
{
	gint64 remainder = microseconds % G_USEC_PER_SEC;
	time_t second;
	struct tm at;

	if (remainder < 0)
		remainder += G_USEC_PER_SEC;
	second = (time_t)((microseconds - remainder) / G_USEC_PER_SEC);
	g_assert(gmtime_r(&second, &at));
	add_owned(args, g_strdup_printf("%04d-%02d-%02d %02d:%02d:%02d.%06d+00", at.tm_year + 1900,
				at.tm_mon + 1, at.tm_mday, at.tm_hour, at.tm_min, at.tm_sec,
				(int)remainder));
}

void args_hex(Args *args, const char *sha256)
{
	add_owned(args, sha256 ? g_strconcat("\\x", sha256, NULL) : NULL);
}

void args_bytes(Args *args, const void *data, gsize length)
{
	static char empty[] = "";

	g_assert(length <= G_MAXINT);
	add(args, length ? (char *)data : empty, (int)length, 1);
}

void args_array(Args *args, const GPtrArray *strings)
{
	GString *text = g_string_new("{");

	for (guint i = 0; i < strings->len; i++) {
		const char *string = g_ptr_array_index(strings, i);

		if (i > 0)
			g_string_append_c(text, ',');
		if (!string) {
			g_string_append(text, "NULL");
			continue;
		}
		g_string_append_c(text, '"');
		for (const char *at = string; *at; at++) {
			if (*at == '"' || *at == '\\')
				g_string_append_c(text, '\\');
			g_string_append_c(text, *at);
		}
		g_string_append_c(text, '"');
	}
	g_string_append_c(text, '}');
	add_owned(args, g_string_free(text, FALSE));
}

PGresult *args_execute(PGconn *connection, const char *name, const Args *args)
{
	if (!args)
		return PQexecPrepared(connection, name, 0, NULL, NULL, NULL, 0);
	return PQexecPrepared(connection, name, (int)args->values->len,
		(const char *const *)args->values->pdata,
		(const int *)(gpointer)args->lengths->data,
		(const int *)(gpointer)args->formats->data, 0);
}

gboolean args_send(PGconn *connection, const char *name, const Args *args)
{
	if (!args)
		return PQsendQueryPrepared(connection, name, 0, NULL, NULL, NULL, 0) == 1;
	return PQsendQueryPrepared(connection, name, (int)args->values->len,
		       (const char *const *)args->values->pdata,
		       (const int *)(gpointer)args->lengths->data,
		       (const int *)(gpointer)args->formats->data, 0) == 1;
}

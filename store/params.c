/* Parameters of a statement, in text form but for bytes. */
#include "store/db.h"

struct Params {
	GPtrArray *values;  /* of char, or NULL: null; bytes are borrowed */
	GPtrArray *owned;   /* what of the values is ours */
	GArray *lengths, *formats; /* of int */
};

PGresult *params_execute(PGconn *connection, const char *name, const Params *params);

Params *params_new(void)
{
	Params *params = g_new0(Params, 1);

	params->values = g_ptr_array_new();
	params->owned = g_ptr_array_new_with_free_func(g_free);
	params->lengths = g_array_new(FALSE, FALSE, sizeof(int));
	params->formats = g_array_new(FALSE, FALSE, sizeof(int));
	return params;
}

void params_free(Params *params)
{
	if (!params)
		return;
	g_ptr_array_unref(params->values);
	g_ptr_array_unref(params->owned);
	g_array_unref(params->lengths);
	g_array_unref(params->formats);
	g_free(params);
}

static void add(Params *params, char *value, int length, int format)
{
	g_ptr_array_add(params->values, value);
	g_array_append_val(params->lengths, length);
	g_array_append_val(params->formats, format);
}

/* Takes value. */
static void add_owned(Params *params, char *value)
{
	if (value)
		g_ptr_array_add(params->owned, value);
	add(params, value, 0, 0);
}

void params_text(Params *params, const char *value)
{
	add_owned(params, g_strdup(value));
}

void params_bigint(Params *params, gint64 value)
{
	add_owned(params, g_strdup_printf("%" G_GINT64_FORMAT, value));
}

void params_id(Params *params, gint64 id)
{
	if (id)
		params_bigint(params, id);
	else
		add_owned(params, NULL);
}

void params_bool(Params *params, gboolean value)
{
	add_owned(params, g_strdup(value ? "t" : "f"));
}

void params_time(Params *params, gint64 microseconds)
{
	g_autoptr(GDateTime) second = g_date_time_new_from_unix_utc(microseconds / G_USEC_PER_SEC);
	g_autofree char *text = second ? g_date_time_format(second, "%Y-%m-%d %H:%M:%S") : NULL;

	g_assert(text);
	add_owned(params, g_strdup_printf("%s.%06d+00", text, (int)(microseconds % G_USEC_PER_SEC)));
}

void params_hex(Params *params, const char *sha256)
{
	add_owned(params, sha256 ? g_strconcat("\\x", sha256, NULL) : NULL);
}

void params_bytes(Params *params, const void *data, gsize length)
{
	static char empty[] = "";

	g_assert(length <= G_MAXINT);
	add(params, length ? (char *)data : empty, (int)length, 1);
}

void params_array(Params *params, const GPtrArray *strings)
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
	add_owned(params, g_string_free(text, FALSE));
}

PGresult *params_execute(PGconn *connection, const char *name, const Params *params)
{
	if (!params)
		return PQexecPrepared(connection, name, 0, NULL, NULL, NULL, 0);
	return PQexecPrepared(connection, name, (int)params->values->len, (const char *const *)params->values->pdata,
		(const int *)(gpointer)params->lengths->data, (const int *)(gpointer)params->formats->data, 0);
}

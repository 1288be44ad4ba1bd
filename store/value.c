/* Values of a row. */
#include "store/db.h"

const char *db_text(const PGresult *result, int row, int column)
{
	return PQgetisnull(result, row, column) ? NULL : PQgetvalue(result, row, column);
}

gint64 db_bigint(const PGresult *result, int row, int column)
{
	return g_ascii_strtoll(PQgetvalue(result, row, column), NULL, 10);
}

gboolean db_bool(const PGresult *result, int row, int column)
{
	return PQgetvalue(result, row, column)[0] == 't';
}

gint64 db_time(const PGresult *result, int row, int column)
{
	return db_bigint(result, row, column);
}

GBytes *db_bytes(const PGresult *result, int row, int column)
{
	gsize length = 0;
	unsigned char *data = NULL;

	if (PQgetisnull(result, row, column))
		return NULL;
	data = PQunescapeBytea((const unsigned char *)PQgetvalue(result, row, column), &length);
	return g_bytes_new_with_free_func(data, length, PQfreemem, data);
}

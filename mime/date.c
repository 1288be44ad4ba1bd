#include "mime/date.h"

#include <string.h>

/* What was read so far. Numbers find their place by shape and order, because mailers put them
 * anywhere. */
typedef struct {
	MailDate date;
	gboolean has_day, has_month, has_year, has_time;
} Reader;

static const struct {
	const char *name;
	int month;
} months[] = {
	{"jan",   1 },
	{"jän",  1 },
	{"janv",  1 },
	{"feb",   2 },
	{"fév",  2 },
	{"févr", 2 },
	{"mar",   3 },
	{"mär",  3 },
	{"mrz",   3 },
	{"mars",  3 },
	{"maerz", 3 },
	{"apr",   4 },
	{"avr",   4 },
	{"may",   5 },
	{"mai",   5 },
	{"mag",   5 },
	{"jun",   6 },
	{"juin",  6 },
	{"giu",   6 },
	{"jul",   7 },
	{"juil",  7 },
	{"lug",   7 },
	{"aug",   8 },
	{"août", 8 },
	{"ago",   8 },
	{"sep",   9 },
	{"set",   9 },
	{"oct",   10},
	{"okt",   10},
	{"ott",   10},
	{"nov",   11},
	{"dec",   12},
	{"dez",   12},
	{"déc",  12},
	{"dic",   12},
};

/* Minutes east of UTC. RFC 5322 knows the American ones; the others are what European mailers
 * write. */
static const struct {
	const char *name;
	int minutes;
} zones[] = {
	{"ut",   0   },
	{"utc",  0   },
	{"gmt",  0   },
	{"z",    0   },
	{"wet",  0   },
	{"bst",  60  },
	{"west", 60  },
	{"cet",  60  },
	{"met",  60  },
	{"mez",  60  },
	{"cest", 120 },
	{"mest", 120 },
	{"mesz", 120 },
	{"eet",  120 },
	{"eest", 180 },
	{"msk",  180 },
	{"jst",  540 },
	{"kst",  540 },
	{"est",  -300},
	{"edt",  -240},
	{"cst",  -360},
	{"cdt",  -300},
	{"mst",  -420},
	{"mdt",  -360},
	{"pst",  -480},
	{"pdt",  -420},
};

static int days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	gboolean is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && is_leap ? 29 : days[month - 1];
}

gboolean maildate_is_valid(const MailDate *date)
{
	if (date->precision == PRECISION_NONE || date->year < 1 || date->year > 9999)
		return FALSE;
	if (date->month < 1 || date->month > 12 || date->day < 1 ||
		date->day > days_in_month(date->year, date->month))
		return FALSE;
	if (date->hour < 0 || date->hour > 23 || date->minute < 0 || date->minute > 59 ||
		date->second < 0 || date->second > 59)
		return FALSE;
	return !date->has_offset || ABS(date->offset_minutes) < 24 * 60;
}

gboolean maildate_instant(const MailDate *date, GTimeZone *home, gint64 *microseconds)
{
	g_autoptr(GTimeZone) zone = NULL;
	g_autoptr(GDateTime) time = NULL;

	if (!maildate_is_valid(date))
		return FALSE;
	if (home && !date->has_offset)
		zone = g_time_zone_ref(home);
	else
		zone = g_time_zone_new_offset(date->has_offset ? date->offset_minutes * 60 : 0);
	time = g_date_time_new(
		zone, date->year, date->month, date->day, date->hour, date->minute, date->second);
	if (!time)
		return FALSE;
	*microseconds = g_date_time_to_unix(time) * G_USEC_PER_SEC;
	return TRUE;
}

char *maildate_iso(const MailDate *date)
{
	g_autofree char *text = NULL;

	if (!maildate_is_valid(date))
		return NULL;
	if (date->precision == PRECISION_DAY)
		return g_strdup_printf("%04d-%02d-%02d", date->year, date->month, date->day);
	text = g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02d", date->year, date->month, date->day,
		date->hour, date->minute, date->second);
	if (!date->has_offset)
		return g_steal_pointer(&text);
	return g_strdup_printf("%s%c%02d:%02d", text, date->offset_minutes < 0 ? '-' : '+',
		ABS(date->offset_minutes) / 60, ABS(date->offset_minutes) % 60);
}

/* Reads at most four digits. */
static int read_number(const char **at, int *digits)
{
	int number = 0;

	*digits = 0;
	while (g_ascii_isdigit(**at) && *digits < 4) {
		number = number * 10 + (**at - '0');
		(*at)++;
		(*digits)++;
	}
	return number;
}

static int full_year(int year, int digits)
{
	if (digits == 4)
		return year;
	if (digits == 3)
		return year + 1900; /* RFC 5322 4.3: years of mailers that counted from 1900 */
	return year < 50 ? year + 2000 : year + 1900;
}

static int month_find(const char *word, gsize length)
{
	g_autofree char *folded = g_utf8_strdown(word, (gssize)length);
	int month = 0;
	gsize best = 0;

	for (gsize i = 0; i < G_N_ELEMENTS(months); i++)
		if (g_str_has_prefix(folded, months[i].name) && strlen(months[i].name) > best) {
			best = strlen(months[i].name);
			month = months[i].month;
		}
	return month;
}

static gboolean zone_find(const char *word, gsize length, int *minutes)
{
	for (gsize i = 0; i < G_N_ELEMENTS(zones); i++)
		if (strlen(zones[i].name) == length &&
			g_ascii_strncasecmp(zones[i].name, word, length) == 0) {
			*minutes = zones[i].minutes;
			return TRUE;
		}
	return FALSE;
}

static void set_date(Reader *reader, int year, int year_digits, int month, int day)
{
	if (reader->has_day || reader->has_month)
		return;
	reader->date.year = full_year(year, year_digits);
	reader->date.month = month;
	reader->date.day = day;
	reader->has_day = reader->has_month = reader->has_year = TRUE;
}

/* "14:05:31.123", "14.05", "2:05": behind the first number at text. FALSE where it is no time. */
static gboolean read_time(Reader *reader, int hour, const char **at)
{
	char separator = **at;
	const char *text = *at + 1;
	int digits, minute, second = 0, second_digits = 0;

	minute = read_number(&text, &digits);
	if (digits < 1 || digits > 2 || hour > 24 || minute > 59)
		return FALSE;
	if (*text == separator && g_ascii_isdigit(text[1])) {
		text++;
		second = read_number(&text, &second_digits);
	}
	if (second_digits > 2 || second > 60)
		return FALSE;
	if ((*text == '.' || *text == ',') && g_ascii_isdigit(text[1]) && second_digits)
		for (text++; g_ascii_isdigit(*text);)
			text++;
	reader->date.hour = hour;
	reader->date.minute = minute;
	reader->date.second = MIN(second, 59); /* a leap second is the last of its minute */
	reader->date.precision = second_digits ? PRECISION_SECOND : PRECISION_MINUTE;
	reader->has_time = TRUE;
	*at = text;
	return TRUE;
}

/* "2026-03-02", "02.03.2026", "3/2/2026", "02-Mar-2026": behind the first number. FALSE where it is
 * none. */
static gboolean read_joined_date(Reader *reader, int first, int first_digits, const char **at)
{
	char separator = **at;
	const char *text = *at + 1;
	int second, third, second_digits, third_digits;

	if (!separator || !strchr("-./", separator))
		return FALSE;
	if (g_ascii_isdigit(*text)) {
		second = read_number(&text, &second_digits);
	} else {
		gsize length = strcspn(text, "-./ ,");

		second = month_find(text, length);
		second_digits = 0;
		text += length;
	}
	if (*text != separator || !g_ascii_isdigit(text[1]) || second_digits > 2 || second == 0)
		return FALSE;
	text++;
	third = read_number(&text, &third_digits);
	if (first_digits == 4)
		set_date(reader, first, 4, second, third);
	else if (separator == '/' && second_digits > 0 && first <= 12)
		set_date(reader, third, third_digits, first, second); /* with slashes: American */
	else
		set_date(reader, third, third_digits, second, first);
	*at = text;
	return TRUE;
}

/* "20260302T140531Z", as calendars write it. */
static gboolean read_compact(Reader *reader, const char **at)
{
	const char *text = *at;
	gsize digits = strspn(text, "0123456789");

	if (digits != 8 && digits != 14)
		return FALSE;
	set_date(reader,
		(int)g_ascii_strtoll((char[]){text[0], text[1], text[2], text[3], 0}, NULL, 10), 4,
		(text[4] - '0') * 10 + text[5] - '0', (text[6] - '0') * 10 + text[7] - '0');
	text += 8;
	if (*text == 'T' && strspn(text + 1, "0123456789") >= 4)
		text++;
	digits = strspn(text, "0123456789");
	if (digits == 4 || digits == 6) {
		reader->date.hour = (text[0] - '0') * 10 + text[1] - '0';
		reader->date.minute = (text[2] - '0') * 10 + text[3] - '0';
		reader->date.second =
			digits == 6 ? MIN((text[4] - '0') * 10 + text[5] - '0', 59) : 0;
		reader->date.precision = digits == 6 ? PRECISION_SECOND : PRECISION_MINUTE;
		reader->has_time = TRUE;
		text += digits;
	}
	*at = text;
	return TRUE;
}

static const char *read_digits(Reader *reader, const char *at)
{
	int digits, number;

	if (read_compact(reader, &at))
		return at;
	number = read_number(&at, &digits);
	if (digits == 4 && g_ascii_isdigit(*at))
		return at + strspn(at, "0123456789");
	/* "14 :05": obsolete white space. */
	if (reader->has_day && at[strspn(at, " \t")] == ':')
		at += strspn(at, " \t");
	if (*at == ':' && !reader->has_time && digits <= 2 && read_time(reader, number, &at))
		return at;
	if (!reader->has_day && read_joined_date(reader, number, digits, &at))
		return at;
	if (*at == '.' && g_ascii_isdigit(at[1]) && reader->has_day && !reader->has_time &&
		digits <= 2 && read_time(reader, number, &at))
		return at;
	if (!reader->has_day && digits <= 2) {
		reader->date.day = number;
		reader->has_day = TRUE;
	} else if (!reader->has_year && digits >= 2) {
		reader->date.year = full_year(number, digits);
		reader->has_year = TRUE;
	}
	return at;
}

/* "+0100", "+01:00", "-5": an offset behind a time. */
static const char *read_offset(Reader *reader, const char *at)
{
	int sign = *at == '-' ? -1 : 1, digits, minute_digits, number, minutes = 0;
	const char *text = at + 1;

	number = read_number(&text, &digits);
	if (digits == 4 || digits == 3) {
		minutes = number % 100;
		number /= 100;
	} else if (digits > 0 && *text == ':') {
		text++;
		minutes = read_number(&text, &minute_digits);
	}
	if (digits == 0 || number > 23 || minutes > 59)
		return at + 1 + strspn(at + 1, "0123456789:");
	reader->date.has_offset = TRUE;
	reader->date.offset_minutes = sign * (number * 60 + minutes);
	return text;
}

static void read_half_of_day(Reader *reader, char letter)
{
	if (letter == 'p' && reader->date.hour < 12)
		reader->date.hour += 12;
	else if (letter == 'a' && reader->date.hour == 12)
		reader->date.hour = 0;
}

static const char *read_word(Reader *reader, const char *at)
{
	gsize length = strcspn(at, " \t\r\n,;:()+-0123456789./\"<>");
	int minutes, month;

	if (length == 0)
		return g_utf8_next_char(at);
	if (reader->has_time && length == 2 && g_ascii_tolower(at[1]) == 'm' &&
		strchr("aApP", at[0])) {
		read_half_of_day(reader, g_ascii_tolower(at[0]));
	} else if (reader->has_time && !reader->date.has_offset &&
		   zone_find(at, length, &minutes)) {
		reader->date.has_offset = TRUE;
		reader->date.offset_minutes = minutes;
		/* "GMT+1" and "UTC+01:00": the number says more. */
		if (minutes == 0 && (at[length] == '+' || at[length] == '-') &&
			g_ascii_isdigit(at[length + 1]))
			return read_offset(reader, at + length);
	} else if (reader->has_time && length == 1 && g_ascii_isalpha(*at) && *at != 'T') {
		/* RFC 5322 4.3: the military letters were used both ways, so they mean -0000. */
		reader->date.has_offset = TRUE;
	} else if (!reader->has_month && (month = month_find(at, length)) > 0) {
		reader->date.month = month;
		reader->has_month = TRUE;
	}
	return at + length;
}

static const char *skip_comment(const char *at)
{
	guint depth = 0;

	for (; *at; at++) {
		if (*at == '(')
			depth++;
		else if (*at == ')' && --depth == 0)
			return at + 1;
	}
	return at;
}

MailDate maildate_parse(const char *value)
{
	static const MailDate none = {.precision = PRECISION_NONE};
	Reader reader = {.date = none};
	const char *end = value + strnlen(value, 200);

	for (const char *at = value; *at && at < end;) {
		if (g_ascii_isdigit(*at))
			at = read_digits(&reader, at);
		else if (*at == '(')
			at = skip_comment(at);
		else if ((*at == '+' || *at == '-') && reader.has_time && !reader.date.has_offset &&
			 g_ascii_isdigit(at[1]))
			at = read_offset(&reader, at);
		else
			at = read_word(&reader, at);
	}
	if (!reader.has_day || !reader.has_month || !reader.has_year)
		return none;
	if (!reader.has_time)
		reader.date.precision = PRECISION_DAY;
	if (!reader.has_time || !maildate_is_valid(&reader.date)) {
		reader.date.hour = reader.date.minute = reader.date.second = 0;
		reader.date.has_offset = FALSE;
		reader.date.offset_minutes = 0;
		reader.date.precision = PRECISION_DAY;
	}
	return maildate_is_valid(&reader.date) ? reader.date : none;
}

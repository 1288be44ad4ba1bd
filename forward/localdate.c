#include "forward/localdate.h"

#include "forward/clock.h"
#include "mime/date.h"
#include "forward/dateline.h"

enum {
	GAP_TOKENS = 8,   /* between a date and its time: fillers, commas, the day of the week */
	LEADING_WORDS = 2 /* unknown words in front of the date of a header block */
};

/* What was read so far. first and end are tokens: the date's and, when it was found, the time's. */
typedef struct {
	MailDate date;
	guint first, end;
	gboolean may_be_month_first; /* 3/2/2026 */
	gboolean has_meridiem;
	gboolean is_undecided; /* as likely as not the other of 3/2 and 2/3 */
} Found;

/* Behind what may stand inside a written date: "2. de marzo de 2026", "March 2nd, 2026",
 * "02-Mar-26". */
static guint gap_skip(const DateLine *line, guint i, const char *marks)
{
	guint end = MIN(i + GAP_TOKENS, line->count);

	while (i < end &&
		(dateline_is_mark(line, i, marks) || dateline_is_word(line, i, PHRASE_FILLER)))
		i++;
	return i;
}

/* A year of four or two digits; Thais count 543 more. */
static gboolean year_read(const DateLine *line, guint i, int *year)
{
	const Token *token = dateline_token(line, i);

	if (token->kind != TOKEN_NUMBER)
		return FALSE;
	*year = token->number;
	if (token->digits == 2)
		*year += token->number < 70 ? 2000 : 1900;
	else if (token->digits != 4)
		return FALSE;
	if (*year > 2500 && *year < 2700)
		*year -= 543;
	return *year >= 1970 && *year < 2200;
}

static gboolean day_read(const DateLine *line, guint i, int *day)
{
	const Token *token = dateline_token(line, i);

	*day = token->number;
	return token->kind == TOKEN_NUMBER && token->digits <= 2 && *day >= 1 && *day <= 31;
}

static gboolean found_date(Found *found, guint first, guint end, int year, int month, int day)
{
	found->date.precision = PRECISION_DAY;
	found->date.year = year;
	found->date.month = month;
	found->date.day = day;
	found->first = first;
	found->end = end;
	return TRUE;
}

/* 2.3.2026, 3/2/26, 2026-03-02, "2026. 3. 2." */
static gboolean numbers_read(const DateLine *line, guint i, Found *found)
{
	static const char *const separators[] = {".", "/", "-"};
	guint kind = 0, last = i + 4;
	int year, day, month;

	while (kind < G_N_ELEMENTS(separators) && !dateline_is_mark(line, i + 1, separators[kind]))
		kind++;
	if (kind == G_N_ELEMENTS(separators) || !dateline_is_mark(line, i + 3, separators[kind]) ||
		!dateline_is_number(line, i) || !dateline_is_number(line, i + 2) ||
		!dateline_is_number(line, last))
		return FALSE;
	if (kind > 0 &&
		(dateline_token(line, i + 1)->has_blank || dateline_token(line, i + 2)->has_blank))
		return FALSE;
	if (dateline_token(line, i)->digits == 4) {
		if (!year_read(line, i, &year) || !day_read(line, i + 2, &month) ||
			!day_read(line, last, &day) || month > 12)
			return FALSE;
		return found_date(found, i, last + 1, year, month, day);
	}
	if (languages_write_year_first(line->languages) &&
		dateline_token(line, last)->digits <= 2 && year_read(line, i, &year) &&
		day_read(line, i + 2, &month) && month <= 12 && day_read(line, last, &day))
		return found_date(found, i, last + 1, year, month, day);
	if (!day_read(line, i, &day) || !day_read(line, i + 2, &month) ||
		!year_read(line, last, &year) || dateline_is_continued(line, last))
		return FALSE;
	if (month > 12 && kind == 0)
		return FALSE;
	found->may_be_month_first = kind == 1 && day <= 12 && month <= 12;
	if (month > 12)
		return day <= 12 && found_date(found, i, last + 1, year, day, month);
	return found_date(
		found, i, dateline_skip_unit(line, last + 1, UNIT_YEAR), year, month, day);
}

/* 2026年3月2日 */
static gboolean units_read(const DateLine *line, guint i, Found *found)
{
	int year, month, day;

	if (dateline_skip_unit(line, i + 1, UNIT_YEAR) == i + 1 || !year_read(line, i, &year) ||
		dateline_skip_unit(line, i + 3, UNIT_MONTH) == i + 3 ||
		!day_read(line, i + 2, &month) || !day_read(line, i + 4, &day) || month > 12)
		return FALSE;
	return found_date(found, i, dateline_skip_unit(line, i + 5, UNIT_DAY), year, month, day);
}

/* "2. März 2026", "2 de marzo de 2026", "02-Mar-26" */
static gboolean day_month_read(const DateLine *line, guint i, Found *found)
{
	guint month, at;
	int year, day;

	if (!day_read(line, i, &day) || (i > 0 && dateline_is_mark(line, i - 1, ":")))
		return FALSE;
	month = gap_skip(line, dateline_skip_unit(line, i + 1, UNIT_DAY), ".,-/'،");
	if (!dateline_is_word(line, month, PHRASE_MONTH))
		return FALSE;
	at = gap_skip(line, month + 1, ".,-/'،");
	if (!year_read(line, at, &year) || dateline_is_continued(line, at))
		return FALSE;
	return found_date(found, i, dateline_skip_unit(line, at + 1, UNIT_YEAR), year,
		dateline_token(line, month)->value[PHRASE_MONTH], day);
}

/* "2026. március 2.", "2026 m. kovo 2 d." */
static gboolean year_month_read(const DateLine *line, guint i, Found *found)
{
	guint month, at;
	int year, day;

	if (dateline_token(line, i)->digits != 4 || !year_read(line, i, &year))
		return FALSE;
	month = gap_skip(
		line, dateline_skip_unit(line, gap_skip(line, i + 1, "."), UNIT_YEAR), ".,-/");
	if (dateline_is_word(line, month, PHRASE_MONTH)) {
		at = gap_skip(line, month + 1, ".,-/");
		if (!day_read(line, at, &day) || dateline_is_mark(line, at + 1, ":"))
			return FALSE;
		return found_date(found, i, dateline_skip_unit(line, at + 1, UNIT_DAY), year,
			dateline_token(line, month)->value[PHRASE_MONTH], day);
	}
	/* "2026. gada 2. marts" */
	at = gap_skip(line, month + 1, ".");
	if (!day_read(line, month, &day) || !dateline_is_word(line, at, PHRASE_MONTH))
		return FALSE;
	return found_date(
		found, i, at + 1, year, dateline_token(line, at)->value[PHRASE_MONTH], day);
}

/* "March 2nd, 2026", and "Mar 2 14:05:31 2026", whose time is found by itself. */
static gboolean month_day_read(const DateLine *line, guint i, Found *found)
{
	guint at, day_at;
	int year, day;

	if (!dateline_is_word(line, i, PHRASE_MONTH))
		return FALSE;
	day_at = gap_skip(line, i + 1, ".-/");
	if (!day_read(line, day_at, &day) || dateline_is_mark(line, day_at + 1, ":"))
		return FALSE;
	at = gap_skip(line, day_at + 1, ".,-/'");
	if (dateline_is_mark(line, at + 1, ":")) {
		guint end = MIN(at + GAP_TOKENS, line->count);

		while (at < end && dateline_token(line, at)->digits != 4)
			at++;
		if (!year_read(line, at, &year))
			return FALSE;
		return found_date(found, i, day_at + 1, year,
			dateline_token(line, i)->value[PHRASE_MONTH], day);
	}
	if (!year_read(line, at, &year) || dateline_is_continued(line, at))
		return FALSE;
	return found_date(
		found, i, at + 1, year, dateline_token(line, i)->value[PHRASE_MONTH], day);
}

static gboolean date_read(const DateLine *line, guint i, Found *found)
{
	*found = (Found){0};
	if (dateline_is_number(line, i))
		return numbers_read(line, i, found) || units_read(line, i, found) ||
		       day_month_read(line, i, found) || year_month_read(line, i, found);
	return month_day_read(line, i, found);
}

/* Between a date and its time: "2. März 2026 (Montag), um 14:05". */
static gboolean is_between(const DateLine *line, guint i)
{
	return dateline_is_mark(line, i, ",.;()-|@'·•،、/") ||
	       dateline_is_word(line, i, PHRASE_FILLER) ||
	       dateline_is_word(line, i, PHRASE_WEEKDAY);
}

static void time_find_behind(const DateLine *line, Found *found)
{
	guint limit = MIN(found->end + GAP_TOKENS, line->count);
	MailDate offset = {0};

	for (guint i = found->end; i < limit; i++) {
		/* "2026年3月2日 GMT+8 14:05:31" */
		guint zone = clock_read_offset(line, i, &offset);
		guint end = clock_read(line, zone, &found->date, &found->has_meridiem);

		if (end && zone > i) {
			found->date.has_offset = offset.has_offset;
			found->date.offset_minutes = offset.offset_minutes;
			found->end = end;
			return;
		}
		if (!end)
			end = clock_read(line, i, &found->date, &found->has_meridiem);
		if (end) {
			found->end = clock_read_offset(line, end, &found->date);
			return;
		}
		if (!is_between(line, i))
			return;
	}
}

/* "14:05 Uhr, 2. März 2026" */
static void time_find_before(const DateLine *line, Found *found)
{
	guint first = found->first > 2 * GAP_TOKENS ? found->first - 2 * GAP_TOKENS : 0;

	for (guint i = first; i < found->first; i++) {
		MailDate date = found->date;
		guint end = clock_read(line, i, &found->date, &found->has_meridiem);

		if (end)
			end = clock_read_offset(line, end, &found->date);
		while (end && end < found->first && is_between(line, end))
			end++;
		if (end == found->first) {
			found->first = i;
			return;
		}
		found->date = date;
		found->has_meridiem = FALSE;
	}
}

/* The year of "Mon Mar 2 14:05:31 CET 2026" stands behind its time. */
static void year_skip(const DateLine *line, Found *found)
{
	int year;

	if (found->end > found->first && dateline_token(line, found->end)->digits == 4 &&
		year_read(line, found->end, &year) && year == found->date.year &&
		!dateline_is_mark(line, found->end - 1, ","))
		found->end++;
}

/* Takes the day of the week in front into the date. Returns it, 1 for Monday, 0 where it is
 * unknown. */
static int weekday_take(const DateLine *line, Found *found)
{
	int weekday = 0;

	for (guint at = found->first; at > 0 && is_between(line, at - 1); at--) {
		if (!dateline_is_word(line, at - 1, PHRASE_WEEKDAY))
			continue;
		found->first = at - 1;
		weekday = dateline_token(line, at - 1)->value[PHRASE_WEEKDAY];
	}
	return weekday;
}

static gboolean is_on_weekday(int year, int month, int day, int weekday)
{
	g_autoptr(GDateTime) date = g_date_time_new_utc(year, month, day, 0, 0, 0);

	return date && g_date_time_get_day_of_week(date) == weekday;
}

/* Is 3/2/2026 March 2nd? A day of the week decides. Else those who write it so write 2:05 PM, the
 * others 14:05; but some Americans count to 24, and some Germans' phones to 12. */
static gboolean is_month_first(const DateLine *line, Found *found, int weekday)
{
	const gboolean may_be_american = languages_write_month_first(line->languages);
	const MailDate *date = &found->date;
	gboolean day_fits, month_fits;

	if (!found->may_be_month_first)
		return FALSE;
	day_fits = weekday && is_on_weekday(date->year, date->month, date->day, weekday);
	month_fits = weekday && is_on_weekday(date->year, date->day, date->month, weekday);
	if (day_fits != month_fits)
		return month_fits;
	if (may_be_american && (found->has_meridiem || date->precision == PRECISION_DAY))
		return TRUE;
	found->is_undecided =
		!weekday && date->day != date->month && (may_be_american || found->has_meridiem);
	return FALSE;
}

/* The date that begins at this token, with its time and the day of the week in front. */
static gboolean moment_read(const DateLine *line, guint i, Found *found)
{
	if (!date_read(line, i, found))
		return FALSE;
	time_find_behind(line, found);
	if (found->date.precision == PRECISION_DAY)
		time_find_before(line, found);
	year_skip(line, found);
	if (is_month_first(line, found, weekday_take(line, found))) {
		int day = found->date.month;

		found->date.month = found->date.day;
		found->date.day = day;
	}
	return maildate_is_valid(&found->date);
}

/* A date has a number, whatever its script. Most lines have none. */
static gboolean has_digit(const char *text)
{
	for (; *text; text = g_utf8_next_char(text)) {
		if (g_ascii_isdigit(*text))
			return TRUE;
		if ((guchar)*text >= 0x80 && g_unichar_isdigit(g_utf8_get_char(text)))
			return TRUE;
	}
	return FALSE;
}

static gboolean moment_find(const DateLine *line, Found *found)
{
	for (guint i = 0; i < line->count; i++) {
		if (moment_read(line, i, found))
			return TRUE;
	}
	return FALSE;
}

MailDate localdate_find(const char *text, Languages languages, const char **start, const char **end)
{
	DateLine line;
	Found found;

	if (!has_digit(text))
		return (MailDate){0};
	dateline_read(&line, text, languages);
	if (!moment_find(&line, &found))
		return (MailDate){0};
	*start = line.tokens[found.first].start;
	*end = line.tokens[found.end - 1].end;
	return found.date;
}

static MailDate parse(const char *text, Languages languages, gboolean *is_undecided)
{
	DateLine line;
	Found found;
	guint words = 0;

	*is_undecided = FALSE;
	if (!has_digit(text))
		return (MailDate){0};
	dateline_read(&line, text, languages);
	if (!moment_find(&line, &found))
		return (MailDate){0};
	*is_undecided = found.is_undecided;
	for (guint i = 0; i < found.first; i++)
		words += line.tokens[i].kind == TOKEN_WORD && !line.tokens[i].kinds;
	return words <= LEADING_WORDS ? found.date : (MailDate){0};
}

MailDate localdate_parse(const char *text, Languages languages)
{
	gboolean is_undecided;

	return parse(text, languages, &is_undecided);
}

MailDate localdate_parse_swapped(const char *text, Languages languages)
{
	gboolean is_undecided;
	MailDate date = parse(text, languages, &is_undecided);
	int day = date.day;

	if (!is_undecided)
		return (MailDate){0};
	date.day = date.month;
	date.month = day;
	return date;
}

#include "parser/localdate.h"

#include "parser/date.h"
#include "parser/dateline.h"

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
} Found;

static const Token *token_at(const DateLine *line, guint i)
{
	return &line->tokens[MIN(i, line->count)];
}

static gboolean is_kind(const DateLine *line, guint i, PhraseKind kind)
{
	return (token_at(line, i)->kinds & (1U << kind)) != 0;
}

static gboolean is_number(const DateLine *line, guint i)
{
	return token_at(line, i)->kind == TOKEN_NUMBER;
}

static gboolean is_mark(const DateLine *line, guint i, const char *marks)
{
	const Token *token = token_at(line, i);

	return token->kind == TOKEN_MARK && token->mark &&
	       g_utf8_strchr(marks, -1, token->mark) != NULL;
}

/* Behind what may stand inside a written date: "2. de marzo de 2026", "March 2nd, 2026",
 * "02-Mar-26". */
static guint gap_skip(const DateLine *line, guint i, const char *marks)
{
	guint end = MIN(i + GAP_TOKENS, line->count);

	while (i < end && (is_mark(line, i, marks) || is_kind(line, i, PHRASE_FILLER)))
		i++;
	return i;
}

/* Past the word of a unit, with its full stop: "2026 г.", "2 d." */
static guint unit_skip(const DateLine *line, guint i, DateUnit unit)
{
	if (is_kind(line, i, PHRASE_UNIT) && token_at(line, i)->value[PHRASE_UNIT] == (int)unit)
		return i + 1;
	return i;
}

/* More of a number than its digits: "14:05", "10.1.2026.7" */
static gboolean is_continued(const DateLine *line, guint i)
{
	return is_mark(line, i + 1, ".:") && is_number(line, i + 2) &&
	       !token_at(line, i + 1)->has_blank && !token_at(line, i + 2)->has_blank;
}

/* A year of four or two digits; Thais count 543 more. */
static gboolean year_read(const DateLine *line, guint i, int *year)
{
	const Token *token = token_at(line, i);

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
	const Token *token = token_at(line, i);

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

	while (kind < G_N_ELEMENTS(separators) && !is_mark(line, i + 1, separators[kind]))
		kind++;
	if (kind == G_N_ELEMENTS(separators) || !is_mark(line, i + 3, separators[kind]) ||
		!is_number(line, i) || !is_number(line, i + 2) || !is_number(line, last))
		return FALSE;
	if (kind > 0 && (token_at(line, i + 1)->has_blank || token_at(line, i + 2)->has_blank))
		return FALSE;
	if (token_at(line, i)->digits == 4) {
		if (!year_read(line, i, &year) || !day_read(line, i + 2, &month) ||
			!day_read(line, last, &day) || month > 12)
			return FALSE;
		return found_date(found, i, last + 1, year, month, day);
	}
	if (!day_read(line, i, &day) || !day_read(line, i + 2, &month) ||
		!year_read(line, last, &year) || is_continued(line, last))
		return FALSE;
	if (month > 12 && kind == 0)
		return FALSE;
	found->may_be_month_first = kind == 1 && day <= 12 && month <= 12;
	if (month > 12)
		return day <= 12 && found_date(found, i, last + 1, year, day, month);
	return found_date(found, i, unit_skip(line, last + 1, UNIT_YEAR), year, month, day);
}

/* 2026年3月2日 */
static gboolean units_read(const DateLine *line, guint i, Found *found)
{
	int year, month, day;

	if (unit_skip(line, i + 1, UNIT_YEAR) == i + 1 || !year_read(line, i, &year) ||
		unit_skip(line, i + 3, UNIT_MONTH) == i + 3 || !day_read(line, i + 2, &month) ||
		!day_read(line, i + 4, &day) || month > 12)
		return FALSE;
	return found_date(found, i, unit_skip(line, i + 5, UNIT_DAY), year, month, day);
}

/* "2. März 2026", "2 de marzo de 2026", "02-Mar-26" */
static gboolean day_month_read(const DateLine *line, guint i, Found *found)
{
	guint month, at;
	int year, day;

	if (!day_read(line, i, &day) || (i > 0 && is_mark(line, i - 1, ":")))
		return FALSE;
	month = gap_skip(line, unit_skip(line, i + 1, UNIT_DAY), ".,-/'");
	if (!is_kind(line, month, PHRASE_MONTH))
		return FALSE;
	at = gap_skip(line, month + 1, ".,-/'");
	if (!year_read(line, at, &year) || is_continued(line, at))
		return FALSE;
	return found_date(found, i, unit_skip(line, at + 1, UNIT_YEAR), year,
		token_at(line, month)->value[PHRASE_MONTH], day);
}

/* "2026. március 2.", "2026 m. kovo 2 d." */
static gboolean year_month_read(const DateLine *line, guint i, Found *found)
{
	guint month, at;
	int year, day;

	if (token_at(line, i)->digits != 4 || !year_read(line, i, &year))
		return FALSE;
	month = gap_skip(line, unit_skip(line, gap_skip(line, i + 1, "."), UNIT_YEAR), ".,-/");
	if (is_kind(line, month, PHRASE_MONTH)) {
		at = gap_skip(line, month + 1, ".,-/");
		if (!day_read(line, at, &day) || is_mark(line, at + 1, ":"))
			return FALSE;
		return found_date(found, i, unit_skip(line, at + 1, UNIT_DAY), year,
			token_at(line, month)->value[PHRASE_MONTH], day);
	}
	/* "2026. gada 2. marts" */
	at = gap_skip(line, month + 1, ".");
	if (!day_read(line, month, &day) || !is_kind(line, at, PHRASE_MONTH))
		return FALSE;
	return found_date(found, i, at + 1, year, token_at(line, at)->value[PHRASE_MONTH], day);
}

/* "March 2nd, 2026", and "Mar 2 14:05:31 2026", whose time is found by itself. */
static gboolean month_day_read(const DateLine *line, guint i, Found *found)
{
	guint at, day_at;
	int year, day;

	if (!is_kind(line, i, PHRASE_MONTH))
		return FALSE;
	day_at = gap_skip(line, i + 1, ".-/");
	if (!day_read(line, day_at, &day) || is_mark(line, day_at + 1, ":"))
		return FALSE;
	at = gap_skip(line, day_at + 1, ".,-/'");
	if (is_mark(line, at + 1, ":")) {
		guint end = MIN(at + GAP_TOKENS, line->count);

		while (at < end && token_at(line, at)->digits != 4)
			at++;
		if (!year_read(line, at, &year))
			return FALSE;
		return found_date(
			found, i, day_at + 1, year, token_at(line, i)->value[PHRASE_MONTH], day);
	}
	if (!year_read(line, at, &year) || is_continued(line, at))
		return FALSE;
	return found_date(found, i, at + 1, year, token_at(line, i)->value[PHRASE_MONTH], day);
}

static gboolean date_read(const DateLine *line, guint i, Found *found)
{
	*found = (Found){0};
	if (is_number(line, i))
		return numbers_read(line, i, found) || units_read(line, i, found) ||
		       day_month_read(line, i, found) || year_month_read(line, i, found);
	return month_day_read(line, i, found);
}

/* A number of at most two digits below the limit. */
static gboolean part_read(const DateLine *line, guint i, int limit, int *value)
{
	const Token *token = token_at(line, i);

	*value = token->number;
	return token->kind == TOKEN_NUMBER && token->digits <= 2 && *value < limit;
}

static gboolean is_unit(const DateLine *line, guint i, DateUnit unit)
{
	return unit_skip(line, i, unit) > i;
}

/* "14h05", "14 Uhr", "2时5分": the minutes behind an hour's word at i, if any. Returns the token
 * behind. */
static guint clock_units_read(const DateLine *line, guint i, MailDate *date)
{
	gboolean has_unit = is_unit(line, i + 2, UNIT_MINUTE);

	if (!part_read(line, i + 1, 60, &date->minute) || is_continued(line, i + 1) ||
		(token_at(line, i + 1)->digits != 2 && !has_unit)) {
		date->minute = 0;
		return i + 1;
	}
	i = unit_skip(line, i + 2, UNIT_MINUTE);
	if (!has_unit || !is_unit(line, i + 1, UNIT_SECOND) ||
		!part_read(line, i, 61, &date->second)) {
		date->second = 0;
		return i;
	}
	date->precision = PRECISION_SECOND;
	return i + 2;
}

/* "14:05:31", "14.25.08", "14h05", "2 PM": the token behind it, 0 without a time. */
static guint clock_read(const DateLine *line, guint i, MailDate *date)
{
	const char *marks = is_mark(line, i + 1, ":") ? ":" : ".";

	if (!part_read(line, i, 24, &date->hour))
		return 0;
	date->precision = PRECISION_MINUTE;
	date->minute = date->second = 0;
	if (is_unit(line, i + 1, UNIT_HOUR))
		return clock_units_read(line, i + 1, date);
	if (!is_mark(line, i + 1, marks) || !part_read(line, i + 2, 60, &date->minute) ||
		token_at(line, i + 2)->digits != 2 || token_at(line, i + 2)->has_blank) {
		date->minute = 0;
		return is_kind(line, i + 1, PHRASE_MERIDIEM) && date->hour <= 12 ? i + 1 : 0;
	}
	if (!is_mark(line, i + 3, marks) || token_at(line, i + 4)->has_blank ||
		!part_read(line, i + 4, 61, &date->second)) {
		date->second = 0;
		/* 14.02.2026 is a date. */
		return is_continued(line, i + 2) && *marks == '.' ? 0 : i + 3;
	}
	date->precision = PRECISION_SECOND;
	/* Fractions of a second say nothing to us. */
	if (*marks == ':' && is_mark(line, i + 5, ".") && is_continued(line, i + 4))
		return i + 7;
	return i + 5;
}

/* What midday's words make of an hour. value: 0 morning, 1 afternoon, 2 around noon. */
static int hour_of(int hour, int meridiem)
{
	if (meridiem == 0)
		return hour == 12 ? 0 : hour;
	if (meridiem == 1)
		return hour < 12 ? hour + 12 : hour;
	return hour <= 3 ? hour + 12 : hour;
}

/* A time with its "PM" before or behind. */
static guint time_read(const DateLine *line, guint i, Found *found)
{
	MailDate date = found->date;
	gboolean is_before = is_kind(line, i, PHRASE_MERIDIEM);
	guint end = clock_read(line, is_before ? i + 1 : i, &date), word = i;

	if (!end)
		return 0;
	end = unit_skip(line, end, UNIT_HOUR);
	if (!is_before && is_kind(line, end, PHRASE_MERIDIEM))
		word = end++;
	if (is_kind(line, word, PHRASE_MERIDIEM)) {
		date.hour = hour_of(date.hour, token_at(line, word)->value[PHRASE_MERIDIEM]);
		found->has_meridiem = TRUE;
	}
	found->date = date;
	return end;
}

/* "+0100", "+01:00", "+1" at the sign; 0 without. A lone "-3" may be anything unless a zone stands
 * in front. */
static guint sign_read(const DateLine *line, guint i, gboolean has_zone, MailDate *date)
{
	const Token *hours = token_at(line, i + 1);
	gboolean has_colon = is_mark(line, i + 2, ":") && is_number(line, i + 3) &&
			     !token_at(line, i + 3)->has_blank;
	int hour = hours->number, minute = 0;

	if (!is_mark(line, i, "+-") || hours->kind != TOKEN_NUMBER || hours->has_blank)
		return 0;
	if (hours->digits > 2) {
		minute = hour % 100;
		hour /= 100;
	} else if (has_colon) {
		minute = token_at(line, i + 3)->number;
	} else if (!has_zone && is_mark(line, i, "-")) {
		return 0;
	}
	if (hours->digits > 4 || hour > 14 || minute > 59)
		return 0;
	date->has_offset = TRUE;
	date->offset_minutes = (hour * 60 + minute) * (is_mark(line, i, "-") ? -1 : 1);
	return hours->digits <= 2 && has_colon ? i + 4 : i + 2;
}

/* The zone behind a time: "+0100 (CET)", "(UTC+1)", "MEZ". Returns the token behind it. */
static guint offset_read(const DateLine *line, guint i, MailDate *date)
{
	guint at = is_mark(line, i, "([") ? i + 1 : i, end;

	if (is_kind(line, at, PHRASE_ZONE)) {
		end = sign_read(line, at + 1, TRUE, date);
		if (!end) {
			date->has_offset = TRUE;
			date->offset_minutes = token_at(line, at)->value[PHRASE_ZONE];
			end = at + 1;
		}
	} else {
		end = sign_read(line, at, FALSE, date);
		if (!end)
			return i;
		if (is_mark(line, end, "(") && is_kind(line, end + 1, PHRASE_ZONE) && at == i)
			end += 2;
	}
	return is_mark(line, end, ")]") ? end + 1 : end;
}

/* Between a date and its time: "2. März 2026 (Montag), um 14:05". */
static gboolean is_between(const DateLine *line, guint i)
{
	return is_mark(line, i, ",.;()-|@'·•،、/") || is_kind(line, i, PHRASE_FILLER) ||
	       is_kind(line, i, PHRASE_WEEKDAY);
}

static void time_find_behind(const DateLine *line, Found *found)
{
	guint limit = MIN(found->end + GAP_TOKENS, line->count);

	for (guint i = found->end; i < limit; i++) {
		guint end = time_read(line, i, found);

		if (end) {
			found->end = offset_read(line, end, &found->date);
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
		guint end = time_read(line, i, found);

		if (end)
			end = offset_read(line, end, &found->date);
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

	if (found->end > found->first && token_at(line, found->end)->digits == 4 &&
		year_read(line, found->end, &year) && year == found->date.year &&
		!is_mark(line, found->end - 1, ","))
		found->end++;
}

/* Takes the day of the week in front into the date. Returns it, 1 for Monday, 0 where it is
 * unknown. */
static int weekday_take(const DateLine *line, Found *found)
{
	int weekday = 0;

	for (guint at = found->first; at > 0 && is_between(line, at - 1); at--) {
		if (!is_kind(line, at - 1, PHRASE_WEEKDAY))
			continue;
		found->first = at - 1;
		weekday = token_at(line, at - 1)->value[PHRASE_WEEKDAY];
	}
	return weekday;
}

static gboolean is_on_weekday(int year, int month, int day, int weekday)
{
	g_autoptr(GDateTime) date = g_date_time_new_utc(year, month, day, 0, 0, 0);

	return date && g_date_time_get_day_of_week(date) == weekday;
}

/* Is 3/2/2026 March 2nd? A day of the week decides. Else those who write it so write 2:05 PM, the
 * others 14:05. */
static gboolean is_month_first(const DateLine *line, const Found *found, int weekday)
{
	const MailDate *date = &found->date;
	gboolean day_fits, month_fits;

	if (!found->may_be_month_first)
		return FALSE;
	day_fits = weekday && is_on_weekday(date->year, date->month, date->day, weekday);
	month_fits = weekday && is_on_weekday(date->year, date->day, date->month, weekday);
	if (day_fits != month_fits)
		return month_fits;
	return languages_write_month_first(line->languages) &&
	       (found->has_meridiem || date->precision == PRECISION_DAY);
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

	dateline_read(&line, text, languages);
	if (!moment_find(&line, &found))
		return (MailDate){0};
	*start = line.tokens[found.first].start;
	*end = line.tokens[found.end - 1].end;
	return found.date;
}

MailDate localdate_parse(const char *text, Languages languages)
{
	DateLine line;
	Found found;
	guint words = 0;

	dateline_read(&line, text, languages);
	if (!moment_find(&line, &found))
		return (MailDate){0};
	for (guint i = 0; i < found.first; i++)
		words += line.tokens[i].kind == TOKEN_WORD && !line.tokens[i].kinds;
	return words <= LEADING_WORDS ? found.date : (MailDate){0};
}

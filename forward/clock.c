#include "forward/clock.h"

/* A number of at most two digits below the limit. */
static gboolean part_read(const DateLine *line, guint i, int limit, int *value)
{
	const Token *token = dateline_token(line, i);

	*value = token->number;
	return token->kind == TOKEN_NUMBER && token->digits <= 2 && *value < limit;
}

static gboolean is_unit(const DateLine *line, guint i, DateUnit unit)
{
	return dateline_skip_unit(line, i, unit) > i;
}

/* "14h05", "14 Uhr", "2时5分": the minutes behind an hour's word at i, if any. Returns the token
 * behind. */
static guint units_read(const DateLine *line, guint i, MailDate *date)
{
	gboolean has_unit = is_unit(line, i + 2, UNIT_MINUTE);

	if (!part_read(line, i + 1, 60, &date->minute) || dateline_is_continued(line, i + 1) ||
		(dateline_token(line, i + 1)->digits != 2 && !has_unit)) {
		date->minute = 0;
		return i + 1;
	}
	i = dateline_skip_unit(line, i + 2, UNIT_MINUTE);
	if (!has_unit || !is_unit(line, i + 1, UNIT_SECOND) ||
		!part_read(line, i, 61, &date->second)) {
		date->second = 0;
		return i;
	}
	date->precision = PRECISION_SECOND;
	return i + 2;
}

/* "14:05:31", "14.25.08", "14h05", "2 PM": the token behind it, 0 without a time. */
static guint digits_read(const DateLine *line, guint i, MailDate *date)
{
	const char *marks = dateline_is_mark(line, i + 1, ":") ? ":" : ".";

	if (!part_read(line, i, 24, &date->hour))
		return 0;
	date->precision = PRECISION_MINUTE;
	date->minute = date->second = 0;
	if (is_unit(line, i + 1, UNIT_HOUR))
		return units_read(line, i + 1, date);
	if (!dateline_is_mark(line, i + 1, marks) || !part_read(line, i + 2, 60, &date->minute) ||
		dateline_token(line, i + 2)->digits != 2 ||
		dateline_token(line, i + 2)->has_blank) {
		date->minute = 0;
		return dateline_is_word(line, i + 1, PHRASE_MERIDIEM) && date->hour <= 12 ? i + 1
											  : 0;
	}
	if (!dateline_is_mark(line, i + 3, marks) || dateline_token(line, i + 4)->has_blank ||
		!part_read(line, i + 4, 61, &date->second)) {
		date->second = 0;
		/* 14.02.2026 is a date. */
		return dateline_is_continued(line, i + 2) && *marks == '.' ? 0 : i + 3;
	}
	date->precision = PRECISION_SECOND;
	/* Fractions of a second say nothing to us. */
	if (*marks == ':' && dateline_is_mark(line, i + 5, ".") &&
		dateline_is_continued(line, i + 4))
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

guint clock_read(const DateLine *line, guint i, MailDate *date, gboolean *has_meridiem)
{
	MailDate read = *date;
	gboolean is_before = dateline_is_word(line, i, PHRASE_MERIDIEM);
	guint end = digits_read(line, is_before ? i + 1 : i, &read), word = i;

	if (!end)
		return 0;
	end = dateline_skip_unit(line, end, UNIT_HOUR);
	if (!is_before && dateline_is_word(line, end, PHRASE_MERIDIEM))
		word = end++;
	if (dateline_is_word(line, word, PHRASE_MERIDIEM)) {
		read.hour = hour_of(read.hour, dateline_token(line, word)->value[PHRASE_MERIDIEM]);
		*has_meridiem = TRUE;
	}
	*date = read;
	return end;
}

/* "+0100", "+01:00", "+1" at the sign; 0 without. A lone "-3" may be anything unless a zone stands
 * in front. */
static guint sign_read(const DateLine *line, guint i, gboolean has_zone, MailDate *date)
{
	const Token *hours = dateline_token(line, i + 1);
	gboolean has_colon = dateline_is_mark(line, i + 2, ":") &&
			     dateline_is_number(line, i + 3) &&
			     !dateline_token(line, i + 3)->has_blank;
	int hour = hours->number, minute = 0;

	if (!dateline_is_mark(line, i, "+-") || hours->kind != TOKEN_NUMBER || hours->has_blank)
		return 0;
	if (hours->digits > 2) {
		minute = hour % 100;
		hour /= 100;
	} else if (has_colon) {
		minute = dateline_token(line, i + 3)->number;
	} else if (!has_zone && dateline_is_mark(line, i, "-")) {
		return 0;
	}
	if (hours->digits > 4 || hour > 14 || minute > 59)
		return 0;
	date->has_offset = TRUE;
	date->offset_minutes = (hour * 60 + minute) * (dateline_is_mark(line, i, "-") ? -1 : 1);
	return hours->digits <= 2 && has_colon ? i + 4 : i + 2;
}

guint clock_read_offset(const DateLine *line, guint i, MailDate *date)
{
	guint at = dateline_is_mark(line, i, "([") ? i + 1 : i, end;

	if (dateline_is_word(line, at, PHRASE_ZONE)) {
		end = sign_read(line, at + 1, TRUE, date);
		if (!end) {
			date->has_offset = TRUE;
			date->offset_minutes = dateline_token(line, at)->value[PHRASE_ZONE];
			end = at + 1;
		}
	} else {
		end = sign_read(line, at, FALSE, date);
		if (!end)
			return i;
		if (dateline_is_mark(line, end, "(") &&
			dateline_is_word(line, end + 1, PHRASE_ZONE) && at == i)
			end += 2;
	}
	return dateline_is_mark(line, end, ")]") ? end + 1 : end;
}

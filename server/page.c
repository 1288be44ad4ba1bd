#include "server/page.h"

#include <stdarg.h>
#include <string.h>

#define STYLE_PATH "/settings/outlook/style.css"

void page_add(Page *page, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	g_autofree char *markup = g_markup_vprintf_escaped(format, values);
	va_end(values);
	g_string_append(page->html, markup);
}

const char *page_text(const Page *page, Text text)
{
	return catalogue_text(page->language, text);
}

void page_say(Page *page, Text text)
{
	page_add(page, "%s", page_text(page, text));
}

void page_say_of(Page *page, Text text, const char *value)
{
	const char *whole = page_text(page, text);
	const char *place = strstr(whole, "{}");
	g_autofree char *before = NULL;

	if (place == NULL) {
		page_say(page, text);
		return;
	}
	before = g_strndup(whole, (gsize)(place - whole));
	page_add(page, "%s%s%s", before, value, place + 2);
}

void page_say_in(Page *page, const char *element, const char *class, Text text)
{
	if (class != NULL)
		page_add(page, "<%s class=\"%s\">", element, class);
	else
		page_add(page, "<%s>", element);
	page_say(page, text);
	page_add(page, "</%s>\n", element);
}

void page_time(Page *page, const char *iso, const char *zone)
{
	static const char *const formats[LANGUAGES] = {
		[LANGUAGE_DE] = "%d.%m.%Y, %H:%M Uhr", [LANGUAGE_EN] = "%d %b %Y, %H:%M"};
	g_autoptr(GDateTime) time = iso != NULL ? g_date_time_new_from_iso8601(iso, NULL) : NULL;
	g_autoptr(GTimeZone) there = g_time_zone_new_identifier(zone);
	g_autoptr(GDateTime) local = NULL;
	g_autofree char *shown = NULL;

	if (time == NULL)
		return;
	local = there != NULL ? g_date_time_to_timezone(time, there) : g_date_time_ref(time);
	shown = g_date_time_format(local, formats[page->language]);
	page_add(page, "<time datetime=\"%s\">%s</time>", iso, shown);
}

static void add_switch(Page *page, const char *path)
{
	static const char *const names[LANGUAGES] = {
		[LANGUAGE_DE] = "Deutsch", [LANGUAGE_EN] = "English"};

	page_add(page, "<nav aria-label=\"%s\" class=\"languages\">\n",
		page_text(page, TEXT_LANGUAGE));
	for (Language each = 0; each < LANGUAGES; each++) {
		const char *code = language_code(each);

		page_add(page, "<a href=\"%s?lang=%s\" lang=\"%s\" hreflang=\"%s\"", path, code,
			code, code);
		/* The one that is on is said to who cannot see it. */
		page_add(page, "%s>%s</a>\n", each == page->language ? " aria-current=true" : "",
			names[each]);
	}
	page_add(page, "</nav>\n");
}

void page_begin(Page *page, const PageFrame *frame)
{
	page->html = g_string_sized_new(16 * 1024);
	page->language = frame->language;
	page_add(page, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
		language_code(frame->language));
	page_add(page, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		       "<meta name=\"robots\" content=\"noindex\">\n");
	if (frame->outcome != NULL)
		page_add(page, "<meta name=\"outlook-outcome\" content=\"%s\">\n", frame->outcome);
	page_add(page,
		"<title>%s</title>\n<link rel=\"stylesheet\" href=\"" STYLE_PATH
		"\">\n</head>\n<body>\n",
		page_text(page, frame->title));
	page_add(page, "<header>\n<span class=\"brand\">Zalion</span>\n");
	if (frame->switch_path != NULL)
		add_switch(page, frame->switch_path);
	page_add(page, "</header>\n<main>\n");
}

GString *page_end(Page *page)
{
	page_add(page, "</main>\n</body>\n</html>\n");
	return g_steal_pointer(&page->html);
}

#include "html/page.h"

#include "html/sanitise.h"

/* Who is told of the walk. */
typedef struct {
	Renderer *renderer;
	Writer *writer;
} Listeners;

static void on_open(gpointer user, const Element *element, const HtmlReader *tag, guint depth)
{
	const Listeners *listeners = user;

	render_events.open(listeners->renderer, element, tag, depth);
	sanitise_events.open(listeners->writer, element, tag, depth);
}

static void on_close(gpointer user, const Element *element, guint depth, gsize at)
{
	const Listeners *listeners = user;

	render_events.close(listeners->renderer, element, depth, at);
	sanitise_events.close(listeners->writer, element, depth, at);
}

static void on_text(gpointer user, HtmlKind kind, const char *text, gsize length, gsize start)
{
	const Listeners *listeners = user;

	render_events.text(listeners->renderer, kind, text, length, start);
	sanitise_events.text(listeners->writer, kind, text, length, start);
}

Rendered *page_read(const char *html, gsize length)
{
	static const MarkupEvents events = {on_open, on_close, on_text};
	Listeners listeners = {render_begin(), sanitise_begin(length)};
	Rendered *page;

	markup_walk(html, length, &events, &listeners);
	page = render_end(listeners.renderer, html);
	page->clean = sanitise_end(listeners.writer, &page->remote_images);
	return page;
}

#include "parser/calendar.h"

#define EVENT(lines) "BEGIN:VCALENDAR\r\n" lines "END:VCALENDAR\r\n"
#define ABNAHME                                                                             \
	"BEGIN:VEVENT\r\nSUMMARY:Abnahme\r\nDTSTART;TZID=Europe/Berlin:20260302T140000\r\n" \
	"DTEND;TZID=Europe/Berlin:20260302T150000\r\nLOCATION:Halle 3\\, Tor B\r\nEND:VEVENT\r\n"

static const struct {
	const char *in, *want;
	gboolean is_invitation;
} rows[] = {
	{EVENT("METHOD:REQUEST\r\n" ABNAHME),
         "Termin: Abnahme, 2026-03-02 14:00 – 15:00, Halle 3, Tor B\n",            TRUE },
	{EVENT("METHOD:CANCEL\r\n" ABNAHME),
         "Termin (abgesagt): Abnahme, 2026-03-02 14:00 – 15:00, Halle 3, Tor B\n", TRUE },
	{EVENT("METHOD:REPLY\nBEGIN:VEVENT\nATTENDEE;PARTSTAT=DECLINED:mailto:a@b\nSUMMARY:X\nEND:"
	       "VEVENT\n"),
         "Termin (abgelehnt): X\n",						  TRUE },
	{EVENT("METHOD:PUBLISH\n" ABNAHME),
         "Termin: Abnahme, 2026-03-02 14:00 – 15:00, Halle 3, Tor B\n",            FALSE},
	{EVENT("BEGIN:VEVENT\nSUMMARY;LANGUAGE=\"de:x\":Zwei\n  "
	       "Zeilen\nDTSTART:20260302T130000Z\nEND:VEVENT\n"),
         "Termin: Zwei Zeilen, 2026-03-02 13:00 UTC\n",                              FALSE},
	{EVENT("BEGIN:VEVENT\nSUMMARY:Messe\nDTSTART;VALUE=DATE:20260302\nDTEND;VALUE=DATE:"
	       "20260304\nEND:VEVENT\n"),
         "Termin: Messe, 2026-03-02\n",                                              FALSE},
	{EVENT("BEGIN:VEVENT\nSUMMARY:Nacht\nDTSTART:20260302T220000\nDTEND:20260303T020000\nEND:"
	       "VEVENT\n"),
         "Termin: Nacht, 2026-03-02 22:00 – 2026-03-03 02:00\n",                   FALSE},
	{EVENT("BEGIN:VEVENT\nBEGIN:VALARM\nSUMMARY:Wecker\nEND:VALARM\nSUMMARY:Echt\nEND:"
	       "VEVENT\n"),
         "Termin: Echt\n",							   FALSE},
	{EVENT("BEGIN:VTIMEZONE\nDTSTART:16010101T000000\nEND:VTIMEZONE\nBEGIN:VEVENT\nEND:"
	       "VEVENT\n"),
         "Termin: -\n",							      FALSE},
	{EVENT(""),							"",       FALSE},
	{"kein Kalender",						  "",       FALSE},
	{"",							       "",       FALSE},
};

static void test_rows(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		gboolean is_invitation, is_cut;
		g_autofree char *have = calendar_summary(rows[i].in, &is_invitation, &is_cut);

		g_assert_cmpstr(have, ==, rows[i].want);
		g_assert_cmpint(is_invitation, ==, rows[i].is_invitation);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/calendar/rows", test_rows);
	return g_test_run();
}

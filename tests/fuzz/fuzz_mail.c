/* libFuzzer: every sequence of bytes is a mail. Build with clang and -Dfuzz=true
 * -Db_sanitize=address,undefined -Db_lundef=false; run with -close_fd_mask=0 and a corpus of mails
 * (tests/mail). */
#include <stdint.h>

#include "mime/authres.h"
#include "mime/mail.h"
#include "parser/parse.h"
#include "tests/parser/mail_invariants.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GBytes) source = g_bytes_new(data, size);
	g_autoptr(Mail) mail = parse_mail(source);
	g_autoptr(AuthPolicy) policy = auth_policy_new();
	g_autofree char *why = NULL;

	policy->authserv_id = g_strdup("mx.acme.example");
	assert_mail(mail, 0);
	authres_verdict(mail, policy, TRUE, NULL, &why);
	g_assert_nonnull(why);
	return 0;
}

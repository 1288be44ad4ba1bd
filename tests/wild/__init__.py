"""Mail as programs of the world write it: words and dates of locales, clients that forward and reply, mails that are neither."""

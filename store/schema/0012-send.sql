-- Mail that people send from the app: written here as a message of its case at once, sent by a graph worker.
-- It has its Message-ID from us, so that the copy which comes back is the same message.

-- "Anna Muster <anna@acme.example>" or the address alone. One line, one address.
create function mailbox_split(p_text text, out name text, out address text) returns record language plpgsql immutable as $$
declare
	v text := btrim(coalesce(p_text, ''));
begin
	if v ~ '[[:cntrl:]]' then
		raise exception 'a recipient is one line' using errcode = 'invalid_parameter_value';
	end if;
	address := v;
	if right(v, 1) = '>' and strpos(v, '<') > 0 then
		name := nullif(btrim(left(v, strpos(v, '<') - 1), ' "'), '');
		address := btrim(substr(v, strpos(v, '<') + 1, length(v) - strpos(v, '<') - 1));
	end if;
	perform address_check(address);
end $$;

create function send_check(p_to text[], p_cc text[], p_subject text, p_text text, p_html text) returns void language plpgsql stable as $$
begin
	if cardinality(coalesce(p_to, '{}')) = 0 then
		raise exception 'the mail has no recipient' using errcode = 'invalid_parameter_value';
	end if;
	if cardinality(p_to) + cardinality(coalesce(p_cc, '{}')) > 100 then
		raise exception 'the mail has more than 100 recipients' using errcode = 'program_limit_exceeded';
	end if;
	perform mailbox_split(a) from unnest(p_to || p_cc) a;
	if length(p_subject) > 900 or p_subject ~ '[[:cntrl:]]' then
		raise exception 'the subject is one line of at most 900 characters' using errcode = 'invalid_parameter_value';
	end if;
	if p_text is null and p_html is null then
		raise exception 'the mail has no text' using errcode = 'invalid_parameter_value';
	end if;
	if octet_length(coalesce(p_text, '')) + octet_length(coalesce(p_html, '')) > 4194304 then
		raise exception 'the text is longer than 4 MB: send it as an attachment' using errcode = 'program_limit_exceeded';
	end if;
end $$;

-- The asker's connected mailbox. Who has none can send the same from his own Outlook.
create function mailbox_to_send(p_case bigint) returns text language plpgsql stable as $$
declare
	v_mailbox text := (select o.mailbox from outlook_connection o
		where o.tenant = tenant_now() and o."user" = user_now() and o.state = 'connected');
begin
	if user_now() is null then
		raise exception 'only a user sends mail: sign in as one' using errcode = 'invalid_authorization_specification';
	end if;
	if v_mailbox is null then
		raise exception 'user "%" has no connected mailbox: connect Outlook, or send the mail yourself with BCC to %',
			user_now(), coalesce(case_address(tenant_now(), p_case), 'your agent address')
			using errcode = 'object_not_in_prerequisite_state', hint = draft_text(p_case);
	end if;
	if (select count(*) from outbox o where o.tenant = tenant_now() and o."user" = user_now() and o.queued_at > now() - interval '1 hour') >= 200 then
		raise exception 'user "%" has sent 200 mails in the last hour: wait a little', user_now() using errcode = 'program_limit_exceeded';
	end if;
	return v_mailbox;
end $$;

-- Are all participants the tenant's own people?
create function is_internal(p_addresses text[]) returns boolean language sql stable
	return not exists (select from unnest(p_addresses) a
		where not exists (select from user_address u where u.tenant = tenant_now() and u.address = lower(a))
			and not exists (select from user_domain d where d.tenant = tenant_now() and d.domain = split_part(lower(a), '@', 2)));

-- What the mail answers: the message that the caller names, else the last of the case that he sees.
create function answered_message(p_case bigint, p_named bigint) returns bigint language plpgsql stable as $$
begin
	if p_named is not null then
		perform seen_message(p_named);
	end if;
	if (select m.case_id from message m where m.tenant = tenant_now() and m.message_id = p_named) <> p_case then
		raise exception 'message % is not in case %', p_named, reference_of(p_case) using errcode = 'invalid_parameter_value';
	end if;
	return coalesce(p_named, (select m.message_id from message m
		where m.tenant = tenant_now() and m.case_id = p_case and m.kind in ('mail', 'calendar') and asker_sees_message(m.message_id)
		order by m.sent_at desc, m.message_id desc limit 1));
end $$;

-- The thread that the mail goes into, its root locked: that of what it answers, else one of its own.
create function send_thread(p_case bigint, p_answered bigint) returns bigint language plpgsql as $$
declare
	v_root bigint;
begin
	if p_answered is null then
		insert into thread (tenant, thread_id, root_id, case_id) select tenant_now(), n, n, p_case from nextval('casegate.thread_thread_id_seq') n
			returning thread_id into v_root;
		return v_root;
	end if;
	v_root := (lock_roots(tenant_now(), array[(select m.thread_id from message m where m.tenant = tenant_now() and m.message_id = p_answered)]))[1];
	if not exists (select from message m where m.tenant = tenant_now() and m.message_id = p_answered and m.case_id = p_case) then
		raise exception 'the case changed meanwhile' using errcode = 'serialization_failure';
	end if;
	return v_root;
end $$;

-- The row of the mail, its key and its people. In its thread it follows what it answers; alone it is pinned.
create function send_message_add(p_case bigint, p_answered bigint, p_mailbox text, p_to text[], p_cc text[], p_subject text, p_text text)
	returns bigint language plpgsql as $$
declare
	v_thread bigint := send_thread(p_case, p_answered);
	v_message bigint := nextval('casegate.message_message_id_seq');
	v_id text := gen_random_uuid() || '@' || coalesce((select split_part(min(a.address), '@', 2) from agent_address a where a.tenant = tenant_now()),
		split_part(p_mailbox, '@', 2));
	v_own uuid := key_of('m', v_id);
	a record;
begin
	select x.internet_message_id, x.own_key, x.refs, x.ref_keys, x.base_subject into a
		from message x where x.tenant = tenant_now() and x.message_id = p_answered;
	insert into thread_key (tenant, key, thread_id, message_id) values (tenant_now(), v_own, v_thread, v_message);
	insert into message (tenant, message_id, case_id, thread_id, own_key, ref_keys, refs, weak, base_subject, pin, by_human,
			internet_message_id, identity, is_reconstructed, direction, source, kind, from_address, from_key, subject, sent_at, received_at,
			submitted_by, text, send_state)
		values (tenant_now(), v_message, p_case, v_thread, v_own,
			(array_remove(array_prepend(a.own_key, a.ref_keys), null))[1:100], (array_remove(array_prepend(a.internet_message_id, a.refs), null))[1:100],
			false, case when a.base_subject <> '' and right(lower(p_subject), length(a.base_subject)) = a.base_subject then a.base_subject else lower(regexp_replace(p_subject, '^\[V-[0-9]+\.[a-z2-7]{13}\] ', '')) end,
			case when p_answered is null then p_case end, p_answered is null,
			v_id, 'id', true, case when is_internal(array(select (mailbox_split(r)).address from unnest(p_to || p_cc) r)) then 'internal' else 'out' end,
			'send', 'mail', p_mailbox, lower(p_mailbox), p_subject, now(), now(), user_now(), p_text, 'queued');
	insert into participant (tenant, message_id, role, position, name, address, address_key, is_agent, case_id)
		select tenant_now(), v_message, r.role, r.position, s.name, s.address, lower(s.address),
			exists (select from agent_address g where g.tenant = tenant_now() and g.address = lower(s.address)), p_case
		from (select 'from' as role, 1 as position, p_mailbox as mailbox
			union all select 'to', i::int, t from unnest(p_to) with ordinality x(t, i)
			union all select 'cc', i::int, t from unnest(p_cc) with ordinality x(t, i)) r,
			mailbox_split(r.mailbox) s;
	update thread t set branched = t.branched or t.subject_mark is not null, subject_mark = coalesce(t.subject_mark, subject_mark(m.base_subject))
		from message m where m.tenant = tenant_now() and m.message_id = v_message and t.tenant = m.tenant and t.thread_id = v_thread
			and t.subject_mark is distinct from subject_mark(m.base_subject);
	return v_message;
end $$;

-- The files that go with it: new ones of the case (add_attachment), or copies of those of its messages.
create function send_attach(p_case bigint, p_message bigint, p_attachments bigint[]) returns void language plpgsql as $$
declare
	v_id bigint;
	v_position int := 0;
	a record;
begin
	foreach v_id in array coalesce(p_attachments, '{}') loop
		v_position := v_position + 1;
		select x.attachment_id, x.message_id, coalesce(m.case_id, x.case_id) as case_id into a
			from attachment x left join message m on m.tenant = x.tenant and m.message_id = x.message_id
			where x.tenant = tenant_now() and x.attachment_id = v_id;
		if not found or a.case_id <> p_case or (a.message_id is not null and not asker_sees_message(a.message_id)) then
			raise exception 'case % has no attachment %', reference_of(p_case), coalesce(v_id::text, 'null') using errcode = 'no_data_found';
		end if;
		if a.message_id is null then
			update attachment x set message_id = p_message, case_id = null, position = v_position where x.tenant = tenant_now() and x.attachment_id = v_id;
		else
			insert into attachment (tenant, message_id, position, filename, content_type, size, sha256)
				select x.tenant, p_message, v_position, x.filename, x.content_type, x.size, x.sha256
				from attachment x where x.tenant = tenant_now() and x.attachment_id = v_id;
		end if;
	end loop;
	if (select sum(x.size) from attachment x where x.tenant = tenant_now() and x.message_id = p_message) > 36700160 then
		raise exception 'the attachments are larger than 35 MB together' using errcode = 'program_limit_exceeded';
	end if;
end $$;

create function send_mail(case_id bigint, "to" text[], subject text, text text, html text default null, cc text[] default '{}',
	reply_to_message bigint default null, attachments bigint[] default '{}', key text default null) returns bigint language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_case bigint := seen_case(send_mail.case_id);
	v_cc text[] := coalesce(send_mail.cc, '{}');
	v_subject text := coalesce(send_mail.subject, '');
	v_mailbox text;
	v_answered bigint;
	v_message bigint;
begin
	if send_mail.key is not null then
		perform pg_advisory_xact_lock(hashtextextended(tenant_now() || E'\n' || coalesce(user_now(), '') || E'\n' || send_mail.key, 0));
		select o.message_id into v_message from outbox o where o.tenant = tenant_now() and o."user" = user_now() and o.key = send_mail.key;
		if found then
			return v_message;
		end if;
	end if;
	v_mailbox := mailbox_to_send(v_case);
	perform send_check(send_mail."to", v_cc, v_subject, send_mail.text, send_mail.html);
	v_answered := answered_message(v_case, send_mail.reply_to_message);
	v_subject := subject_tagged(tenant_now(), v_case, v_subject);
	v_message := send_message_add(v_case, v_answered, v_mailbox, send_mail."to", v_cc, v_subject, coalesce(send_mail.text, ''));
	perform send_attach(v_case, v_message, send_mail.attachments);
	insert into outbox (tenant, message_id, "user", reply_to_message, key, html)
		values (tenant_now(), v_message, user_now(), v_answered, send_mail.key, send_mail.html);
	perform case_touch(array[v_case]);
	perform case_state_set(v_case, 'open');
	perform event_add(tenant_now(), 'message_filed', v_case, v_message, null);
	perform event_add(tenant_now(), 'send_state', v_case, v_message, null, '{"state": "queued"}');
	return v_message;
end $$;

-- The state of a mail that we send, its row locked.
create function sending_message(p_message bigint) returns text language plpgsql as $$
declare
	v_message bigint := seen_message(p_message);
	v_state text;
begin
	select m.send_state into v_state from message m where m.tenant = tenant_now() and m.message_id = v_message for no key update;
	if v_state is null then
		raise exception 'message % was not sent from here', p_message using errcode = 'object_not_in_prerequisite_state';
	end if;
	return v_state;
end $$;

create function send_state_set(p_message bigint, p_state text, p_error text) returns void language plpgsql as $$
begin
	update message m set send_state = p_state, send_error = p_error where m.tenant = tenant_now() and m.message_id = p_message;
	perform event_add(tenant_now(), 'send_state', m.case_id, m.message_id, null, jsonb_strip_nulls(jsonb_build_object('state', p_state, 'error', p_error)))
		from message m where m.tenant = tenant_now() and m.message_id = p_message;
end $$;

-- Only what no worker has begun to send can be held back.
create function cancel_send(message_id bigint) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_state text := sending_message(cancel_send.message_id);
begin
	if v_state <> 'queued' then
		raise exception 'message % cannot be held back: it is %', cancel_send.message_id, v_state using errcode = 'object_not_in_prerequisite_state';
	end if;
	perform send_state_set(cancel_send.message_id, 'failed', 'cancelled by ' || coalesce(user_now(), 'the operator'));
end $$;

create function retry_send(message_id bigint) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_state text := sending_message(retry_send.message_id);
begin
	if v_state not in ('failed', 'unknown') then
		raise exception 'message % need not be sent again: it is %', retry_send.message_id, v_state using errcode = 'object_not_in_prerequisite_state';
	end if;
	update outbox o set queued_at = now(), due_at = now() where o.tenant = tenant_now() and o.message_id = retry_send.message_id;
	perform send_state_set(retry_send.message_id, 'queued', null);
end $$;

-- Bytes once per content, in pieces as a mail's; counted where the tenant has a quota.
create function content_add(p_bytes bytea) returns bytea language plpgsql as $$
declare
	v_sha256 bytea := sha256(p_bytes);
	v_new bigint;
begin
	with new as (
		insert into content (tenant, sha256, piece, bytes)
			select tenant_now(), v_sha256, i, substring(p_bytes from i * 262144 + 1 for 262144)
			from generate_series(0, greatest(length(p_bytes) - 1, 0) / 262144) i
			on conflict do nothing returning length(bytes) as size)
	select coalesce(sum(size), 0) into v_new from new;
	perform from content c where c.tenant = tenant_now() and c.sha256 = v_sha256 and c.piece = 0 for key share;
	if not found then
		raise exception 'the same bytes were erased meanwhile' using errcode = 'serialization_failure';
	end if;
	if v_new > 0 and exists (select from tenant t where t.tenant = tenant_now() and t.quota_bytes is not null) then
		insert into tenant_bytes as b (tenant, slot, bytes) values (tenant_now(), 0, v_new)
			on conflict (tenant, slot) do update set bytes = b.bytes + excluded.bytes;
	end if;
	return v_sha256;
end $$;

-- A new file to send with a mail of this case.
create function add_attachment(case_id bigint, filename text, content_type text, content bytea) returns bigint language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_case bigint := seen_case(add_attachment.case_id);
	v_type text := lower(coalesce(nullif(btrim(add_attachment.content_type), ''), 'application/octet-stream'));
	v_attachment bigint;
begin
	if coalesce(add_attachment.filename, '') !~ '^[^[:cntrl:]/\\]{1,255}$' then
		raise exception 'a file''s name is one line of 1 to 255 characters without slashes' using errcode = 'invalid_parameter_value';
	end if;
	if v_type !~ '^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,127}$' then
		raise exception '"%" is no media type', left(v_type, 200) using errcode = 'invalid_parameter_value';
	end if;
	if add_attachment.content is null or length(add_attachment.content) > 36700160 then
		raise exception 'a file to send has at most 35 MB' using errcode = 'program_limit_exceeded';
	end if;
	if tenant_answer(tenant_now()) = 'quota' then
		raise exception 'tenant "%" has used up its quota', tenant_now() using errcode = 'disk_full';
	end if;
	insert into attachment (tenant, case_id, filename, content_type, size, sha256)
		values (tenant_now(), v_case, add_attachment.filename, v_type, length(add_attachment.content), content_add(add_attachment.content))
		returning attachment.attachment_id into v_attachment;
	return v_attachment;
end $$;

grant execute on function send_mail(bigint, text[], text, text, text, text[], bigint, bigint[], text), cancel_send(bigint), retry_send(bigint),
	add_attachment(bigint, text, text, bytea) to casegate_app, casegate_admin;

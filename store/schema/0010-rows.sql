-- The rows of a mail: the message and what belongs to it, what a copy adds to a known one, and why it lies where it does.

-- Keeps a piece of bytes. False: it is here already, and held, so that nobody erases it before this mail needs it.
create function content_keep(p_tenant text, p_sha256 bytea, p_piece int, p_bytes bytea) returns boolean language plpgsql as $$
begin
	insert into content (tenant, sha256, piece, bytes) values (p_tenant, p_sha256, p_piece, p_bytes) on conflict do nothing;
	if found then
		return true;
	end if;
	perform from content where tenant = p_tenant and sha256 = p_sha256 and piece = p_piece for key share;
	if not found then
		raise exception 'bytes were erased meanwhile' using errcode = 'serialization_failure';
	end if;
	return false;
end $$;

-- The rows of a message beside its own. Returns how many people.
create function message_rows(p_tenant text, p_message bigint, p_case bigint, b belongings) returns int language plpgsql as $$
declare
	v_count int;
begin
	if cardinality(b.filenames) > 0 then
		insert into attachment (tenant, message_id, position, filename, content_type, size, sha256, content_id, inline)
			select p_tenant, p_message, u.i, u.filename, u.type, u.size, decode(u.sha256, 'hex'), u.content_id, u.inline
			from unnest(b.filenames, b.types, b.sizes, b.sha256s, b.content_ids, b.inlines) with ordinality u(filename, type, size, sha256, content_id, inline, i);
	end if;
	insert into participant (tenant, message_id, role, position, name, address, address_key, is_agent, case_id)
		select p_tenant, p_message, u.role, u.i, u.name, u.address, u.key, u.agent, p_case
		from unnest(b.roles, b.names, b.addresses, b.address_keys, b.agents) with ordinality u(role, name, address, key, agent, i);
	get diagnostics v_count = row_count;
	return v_count;
end $$;

-- What a copy of a mail says of those that it quotes, the nearest first.
create function said_add(p_tenant text, p_message bigint, n naming, q quotations) returns boolean language plpgsql as $$
begin
	insert into said (tenant, message_id, position, base_subject, from_key, name, at, has_zone, subject, refs)
		select p_tenant, p_message, u.position, u.base_subject, u.from_key, u.name, u.at, u.zone, u.subject, cardinality(n.refs)
		from unnest(q.positions, q.base_subjects, q.from_keys, q.names, q.times, q.zones, q.subjects) u(position, base_subject, from_key, name, at, zone, subject)
		on conflict (tenant, message_id, position, base_subject, coalesce(at, '-infinity')) do update set refs = least(said.refs, excluded.refs), subject = coalesce(said.subject, excluded.subject)
			where excluded.refs < said.refs or (excluded.subject is not null and said.subject is null);
	return found;
end $$;

-- A message of it is not what it was: its thread is decided anew with the next mail that may move one.
create function thread_unsettle(p_tenant text, p_message bigint) returns void language plpgsql as $$
begin
	update thread set settled = false where tenant = p_tenant and settled
		and thread_id = root_of(p_tenant, (select m.thread_id from message m where m.tenant = p_tenant and m.message_id = p_message));
end $$;

create function message_insert(f filing, n naming, m body, b belongings, q quotations, p_message bigint, p_case bigint, p_thread bigint, p_pin bigint, p_pin_auto bigint)
	returns bigint language plpgsql as $$
declare
	v_people int;
begin
	insert into message (tenant, message_id, case_id, thread_id, own_key, presumed_keys, ref_keys, refs, quoted_keys, nameless, side, loose, weak, listed,
		base_subject, pin, pin_auto,
		internet_message_id, identity, is_reconstructed, direction, source, kind, from_name, from_address, from_key, subject,
		sent_at, sent_precision, sent_zone, received_at, submitted_by, comment, text, new_text, html, remote_images, sanitiser_version,
		source_sha256, delivery_id, is_own_source, defects)
	values (f.tenant, p_message, p_case, p_thread, n.keys[1], case when n.identity = 'presumed' then n.keys[:1] else '{}' end, n.ref_keys, n.refs,
		case when 'quoted' = any(n.signals) then keys_of_signal(n, 'quoted') else '{}' end,
		n.internet_message_id is null, n.side, n.loose, n.weak, coalesce(n.listed, false), n.base_subject, p_pin, p_pin_auto,
		n.internet_message_id, n.identity, n.is_reconstructed, m.direction, m.source, m.kind, m.from_name, m.from_address, m.from_key, m.subject,
		m.sent_at, m.sent_precision, m.sent_zone, m.received_at, f."user", m.comment, m.text, m.new_text, m.html, m.remote_images, m.sanitiser_version,
		m.source_sha256, f.delivery_id, m.is_own_source, m.defects);
	v_people := message_rows(f.tenant, p_message, p_case, b);
	if cardinality(q.names) > 0 then
		perform said_add(f.tenant, p_message, n, q);
	end if;
	return p_message;
end $$;

-- Removes a message that never lay in a case. Its bytes stay with the delivery.
create function message_drop(p_tenant text, p_message bigint) returns void language sql
begin atomic
	delete from participant where tenant = p_tenant and message_id = p_message;
	delete from said where tenant = p_tenant and message_id = p_message;
	delete from attachment where tenant = p_tenant and message_id = p_message;
	delete from delivery_message_row where tenant = p_tenant and message_id = p_message;
	delete from message_comment where tenant = p_tenant and message_id = p_message;
	delete from message where tenant = p_tenant and message_id = p_message and case_id is null;
end;

-- The real mail came: it replaces what was taken from a text, or what we sent. Its place, comments and submitter stay.
create function message_complete(f filing, n naming, m body, b belongings, p_case bigint) returns void language plpgsql as $$
begin
	perform event_add(f.tenant, 'send_state', p_case, x.message_id, f.delivery_id, '{"state": "sent"}') from message x
		where x.tenant = f.tenant and x.message_id = f.known and x.send_state <> 'sent';
	update message x set internet_message_id = coalesce(n.internet_message_id, x.internet_message_id),
		identity = case when n.internet_message_id is null then x.identity else n.identity end, is_reconstructed = false,
		loose = n.loose and (x.loose or x.side is null), side = coalesce(n.side, x.side), kind = m.kind, from_name = coalesce(m.from_name, x.from_name), from_address = coalesce(m.from_address, x.from_address),
		from_key = coalesce(nullif(m.from_key, ''), x.from_key), subject = m.subject, base_subject = n.base_subject, direction = m.direction,
		sent_at = m.sent_at, sent_precision = m.sent_precision, sent_zone = m.sent_zone, text = m.text, new_text = m.new_text, html = m.html,
		remote_images = m.remote_images, sanitiser_version = m.sanitiser_version, source_sha256 = m.source_sha256,
		is_own_source = m.is_own_source, delivery_id = f.delivery_id, defects = m.defects,
		ref_keys = case when e.names_more then x.ref_keys else n.ref_keys || e.keys end, refs = case when e.names_more then x.refs else n.refs || e.ids end,
		weak = case when e.names_more then x.weak else n.weak or e.keys <> '{}' end,
		own_key = n.keys[1], other_keys = array_remove(x.other_keys || x.own_key, n.keys[1]), presumed_keys = array_remove(x.presumed_keys, n.keys[1]),
		send_state = case when x.send_state is not null then 'sent' end, send_error = case when x.send_state = 'sent' then x.send_error end
		from (select case when o.is_evicted then o.ref_keys[:1] else '{}' end as keys, case when o.is_evicted then o.refs[:1] else '{}' end as ids,
				cardinality(o.refs) > cardinality(n.refs) + o.is_evicted::int as names_more
			from (select y.ref_keys, y.refs, y.own_key = key_of('p', y.message_id::text) as is_evicted from message y
				where y.tenant = f.tenant and y.message_id = f.known) o) e       -- what it was thought to be it still names, see message_evict()
		where x.tenant = f.tenant and x.message_id = f.known;
	perform thread_unsettle(f.tenant, f.known);
	delete from participant a where a.tenant = f.tenant and a.message_id = f.known;
	delete from attachment a where a.tenant = f.tenant and a.message_id = f.known;
	perform message_rows(f.tenant, f.known, p_case, b);
	perform event_add(f.tenant, 'message_completed', p_case, f.known, f.delivery_id);
end $$;

-- Who brings a known mail sees it if he is in its From, To or Cc, or brought the same content.
create function message_show(f filing) returns void language plpgsql as $$
begin
	if f.same_content or exists (select from user_address u join participant a on a.tenant = u.tenant and a.address_key = u.address
			where u.tenant = f.tenant and u."user" = f."user" and a.message_id = f.known and a.role in ('from', 'to', 'cc')) then
		insert into message_sight (tenant, message_id, "user", may) values (f.tenant, f.known, f."user", true)
			on conflict (tenant, message_id, "user") do update set may = true;
	end if;
end $$;

-- A known mail brought with a case's token moves there, if the bringer may see the case it lies in and no human put it there. His
-- own that he has just brought moves, too, unless others' mail would go with it.
create function known_pin(f filing, p_case bigint, p_pin bigint) returns bigint language plpgsql as $$
declare
	m record;
begin
	select by_human, submitted_by, own_key || other_keys as keys into m from message where tenant = f.tenant and message_id = f.known;
	if p_pin is null or p_pin = p_case or m.by_human then
		return p_case;
	end if;
	if (m.submitted_by = f."user" and not exists (select from message a where a.tenant = f.tenant and a.case_id = p_case
				and a.submitted_by is distinct from f."user" and (a.message_id > f.known or a.ref_keys && m.keys)))
			or exists (select from case_member c where c.tenant = f.tenant and c.case_id = p_case and c."user" = f."user" and c.removed_at is null)
			or exists (select from tenant_user u where u.tenant = f.tenant and u."user" = f."user" and u.role = 'all') then
		perform message_move(f.tenant, f.known, p_pin, false);
		return p_pin;
	end if;
	perform event_add(f.tenant, 'match_suggested', p_pin, f.known, f.delivery_id);
	return p_case;
end $$;

-- What a copy of a known mail shows of its quotes, and that it came without a name: links that hold whichever copy is first.
create function known_quotes(f filing, n naming, q quotations) returns void language plpgsql as $$
declare
	v_is_new boolean := false;
begin
	if n.internet_message_id is null then
		update message x set nameless = true where x.tenant = f.tenant and x.message_id = f.known and not x.nameless;
	end if;
	if 'quoted' = any(n.signals) then
		update message x set quoted_keys = array(select distinct k from unnest(x.quoted_keys || keys_of_signal(n, 'quoted')) k order by k)
			where x.tenant = f.tenant and x.message_id = f.known and not keys_of_signal(n, 'quoted') <@ x.quoted_keys;
		v_is_new := found;
	end if;
	if cardinality(q.names) > 0 then
		v_is_new := said_add(f.tenant, f.known, n, q) or v_is_new;
	end if;
	if v_is_new then
		perform thread_unsettle(f.tenant, f.known);
	end if;
end $$;

-- What a copy tells of whom the mail is with. One that states addresses decides whether it is an answer by its subject alone:
-- it is one only while every such copy is.
create function known_side(f filing, n naming) returns void language sql
begin atomic
	update message x set side = coalesce(x.side, n.side), loose = n.loose and (x.loose or x.side is null)
		where x.tenant = f.tenant and x.message_id = f.known and n.side is not null and (x.side is null or (x.loose and not n.loose));
end;

-- A copy that names more than those before it: that is what the mail names. True: so it is.
create function known_refs(f filing, n naming) returns boolean language plpgsql as $$
begin
	update message x set ref_keys = n.ref_keys, refs = n.refs, weak = n.weak
		where x.tenant = f.tenant and x.message_id = f.known and cardinality(n.refs) > cardinality(x.refs);
	if found then
		perform thread_unsettle(f.tenant, f.known);
		return true;
	end if;
	return false;
end $$;

-- What a copy says that a known mail is not: a list's matter, if it came from none; a mail that it names, of which a forward
-- had presumed the id. True: so it was thought.
create function known_correct(f filing, n naming) returns boolean language plpgsql as $$
declare
	m record;
begin
	select x.thread_id, x.own_key, x.listed and n.listed is not true as is_unlisted,
			array(select k from unnest(x.presumed_keys) k where k = any(n.ref_keys)) as wrong into m
		from message x where x.tenant = f.tenant and x.message_id = f.known;
	if not m.is_unlisted and m.wrong = '{}' then
		return false;
	end if;
	update message x set listed = false where x.tenant = f.tenant and x.message_id = f.known and m.is_unlisted;
	update message x set own_key = n.keys[1], other_keys = array_replace(x.other_keys, n.keys[1], x.own_key),
			internet_message_id = n.internet_message_id, identity = n.identity
		where x.tenant = f.tenant and x.message_id = f.known and x.own_key = any(m.wrong);
	perform message_disown(f.tenant, f.known, k, m.thread_id) from unnest(m.wrong) k;
	perform thread_unsettle(f.tenant, f.known);
	return true;
end $$;

-- A mail that is here already: what this copy adds to it. Returns its case.
create function known_file(f filing, n naming, m body, b belongings, q quotations, p_pin bigint) returns bigint language plpgsql as $$
declare
	v_was record;
	v_case bigint;
begin
	select x.case_id, x.is_reconstructed, x.own_key into v_was from message x where x.tenant = f.tenant and x.message_id = f.known;
	if not found or not v_was.own_key = any(n.keys) then -- its root is held: who erases or parts it now waits
		raise exception 'a mail was erased or lost its name meanwhile' using errcode = 'serialization_failure';
	end if;
	if not (f.completes and v_was.is_reconstructed) then -- first of all: what moves it moves who names it so
		update message x set other_keys = x.other_keys || n.keys[1], presumed_keys = case when n.identity = 'presumed'
				then x.presumed_keys || n.keys[1] else x.presumed_keys end
			where x.tenant = f.tenant and x.message_id = f.known and x.own_key <> n.keys[1] and not n.keys[1] = any(x.other_keys);
		update message x set presumed_keys = array_remove(x.presumed_keys, n.keys[1])
			where x.tenant = f.tenant and x.message_id = f.known and n.identity <> 'presumed' and n.keys[1] = any(x.presumed_keys);
	end if;
	v_case := known_pin(f, v_was.case_id, p_pin);
	if f.completes and v_was.is_reconstructed then
		perform message_complete(f, n, m, b, v_case);
	else                                                 -- the id of a mail that had none; programs that state the arrival are late, some cut the seconds
		update message x set internet_message_id = n.internet_message_id, identity = n.identity
			where x.tenant = f.tenant and x.message_id = f.known and x.internet_message_id is null and n.internet_message_id is not null;
		update message x set sent_at = m.sent_at, sent_precision = m.sent_precision, sent_zone = m.sent_zone
			where x.tenant = f.tenant and x.message_id = f.known and x.is_reconstructed and n.is_reconstructed
				and case when date_trunc('minute', x.sent_at) <> date_trunc('minute', m.sent_at)
					then x.sent_at between m.sent_at and m.sent_at + interval '20 minutes'
					else m.sent_precision = 'second' and (x.sent_precision <> 'second' or x.sent_at > m.sent_at) end;
		perform known_side(f, n);
	end if;
	perform known_quotes(f, n, q);
	if f."user" is not null then
		perform message_show(f);
	end if;
	return v_case;
end $$;

-- Notes which mail the delivery brought, with the outermost comment. Returns 0 where it was noted before.
create function message_bring(p_tenant text, p_delivery bigint, p_position int, p_message bigint, p_comment text) returns int language plpgsql as $$
declare
	v_count int;
begin
	insert into delivery_message_row (tenant, delivery_id, message_id, position, comment)
		values (p_tenant, p_delivery, p_message, p_position, p_comment) on conflict do nothing;
	get diagnostics v_count = row_count;
	return v_count;
end $$;

-- What its bringers wrote above. The same comment is kept once.
create function comments_add(f filing, r remarks, p_message bigint, p_case bigint) returns void language plpgsql as $$
begin
	insert into message_comment (tenant, message_id, delivery_id, position, author_name, author_address, at, text)
		select f.tenant, p_message, f.delivery_id, u.i, u.name, u.address, u.at, u.text
		from unnest(r.names, r.addresses, r.times, r.texts) with ordinality u(name, address, at, text, i)
		where not exists (select from message_comment c where c.tenant = f.tenant and c.message_id = p_message
			and c.text = u.text and c.author_address is not distinct from u.address);
	if found and f.known is not null then
		perform event_add(f.tenant, 'comment_added', p_case, p_message, f.delivery_id);
	end if;
end $$;

-- One line of evidence. Chosen is what the mail was placed by.
create function evidence_add(p_tenant text, p_delivery bigint, p_position int, p_case bigint, p_chosen_case bigint, p_signal text, p_detail text, p_strength text)
	returns void language plpgsql as $$
begin
	insert into evidence (tenant, delivery_id, position, case_id, signal, detail, strength, chosen)
		select p_tenant, p_delivery, p_position * 1000 + count(*), p_case, p_signal, p_detail, p_strength, coalesce(p_case = p_chosen_case, false)
		from evidence e where e.tenant = p_tenant and e.delivery_id = p_delivery;
end $$;

-- A line before it is written. Chosen is what the mail was placed by; is one of them?
create type evidence_line as (case_id bigint, signal text, detail text, strength text, chosen boolean);
create function evidence_chooses(p_lines evidence_line[]) returns boolean language plpgsql immutable as $$
declare
	v_line evidence_line;
begin
	foreach v_line in array p_lines loop
		if v_line.chosen then
			return true;
		end if;
	end loop;
	return false;
end $$;

-- What the keys of one mail named: each case and signal once, as the cases are now.
create function evidence_of_keys(p_tenant text, p_places key_place[], p_chosen_case bigint) returns evidence_line[] language plpgsql stable as $$
declare
	p key_place;
	v_case bigint;
	v_seen text[] := '{}';
	v_lines evidence_line[] := '{}';
begin
	foreach p in array p_places loop
		continue when p.case_id is null;
		v_case := case when p.case_id = p_chosen_case then p.case_id else case_final(p_tenant, p.case_id) end;
		continue when v_case || p.signal = any(v_seen);
		v_seen := v_seen || (v_case || p.signal);
		v_lines := v_lines || row(v_case, p.signal, p.detail, case when v_case is distinct from p_chosen_case then 'suggestion'
			when p.signal in ('thread_index', 'conversation', 'presumed_id', 'content', 'quoted', 'quoted_by', 'same_quote') then 'strong' else 'certain' end,
			coalesce(v_case = p_chosen_case, false))::evidence_line;
	end loop;
	return v_lines;
end $$;

-- Weak evidence: cases in which somebody of this mail takes part, with the same subject, in the last 90 days.
create function evidence_by_subject(p_tenant text, p_base_subject text, p_people text[], p_sent_at timestamptz, p_not_case bigint)
	returns evidence_line[] language plpgsql stable as $$
begin
	if p_base_subject = '' then
		return '{}';
	end if;
	return array(select row(x.case_id, 'subject', p_base_subject, 'suggestion', false)::evidence_line from (
		select m.case_id, max(m.sent_at) as last from message m
		where m.tenant = p_tenant and m.base_subject = p_base_subject and m.case_id is not null
			and m.sent_at between p_sent_at - interval '90 days' and p_sent_at + interval '90 days'
			and exists (select from participant a where a.tenant = m.tenant and a.message_id = m.message_id and a.address_key = any(p_people)
				and not a.is_agent and not exists (select from user_address u where u.tenant = a.tenant and u.address = a.address_key))
			and m.case_id is distinct from p_not_case
		group by m.case_id order by 2 desc limit 5) x order by x.last desc);
end $$;

-- Why: what the mail named, the token, and what else might fit. p_case null: it is held. Returns how many lines.
create function evidence_file(f filing, n naming, p_places key_place[], p_sent_at timestamptz, p_message bigint, p_case bigint, p_opened boolean, p_is_pinned boolean)
	returns int language plpgsql as $$
declare
	v_lines evidence_line[] := evidence_of_keys(f.tenant, p_places, p_case);
	v_other evidence_line[] := '{}';
	v_pin bigint;
	v_count int;
	v_before int := (select count(*) from evidence e where e.tenant = f.tenant and e.delivery_id = f.delivery_id);  -- of a released one
begin
	if f.pin_case is not null then
		v_pin := case_final(f.tenant, f.pin_case);
		v_lines := v_lines || row(v_pin, 'token', null, case when p_is_pinned then 'certain' else 'suggestion' end, coalesce(v_pin = p_case, false))::evidence_line;
	end if;
	if n.identity = 'reused' then                        -- another mail has its id: a message of its own, marked
		v_lines := v_lines || array(select row(m.case_id, 'reused_id', n.internet_message_id, 'suggestion', false)::evidence_line
			from thread_key k join message m on m.tenant = k.tenant and m.message_id = k.message_id
			where k.tenant = f.tenant and k.key = key_of('m', n.internet_message_id));
	end if;
	if p_opened then
		v_lines := v_lines || row(p_case, 'new', null, 'certain', true)::evidence_line;
	elsif n.loose and f.known is null and not p_is_pinned and cardinality(p_places) = 0 then
		v_lines := v_lines || row(p_case, 'subject', n.base_subject, 'strong', p_case is not null)::evidence_line;
	elsif p_case is not null and not evidence_chooses(v_lines) then
		v_lines := v_lines || row(p_case, case when f.known is not null then 'content' when f.shared_case is not null then 'same_delivery'
			when exists (select from case_file c where c.tenant = f.tenant and c.case_id = p_case
				and c.linked_to in (select p.case_id from unnest(p_places) p)) then 'continued'
			else 'references' end, null, 'strong', true)::evidence_line;
	end if;
	if p_opened or p_case is null then
		v_other := evidence_by_subject(f.tenant, n.base_subject, n.people, p_sent_at, p_case);
	end if;
	insert into evidence (tenant, delivery_id, position, case_id, signal, detail, strength, chosen)
		select f.tenant, f.delivery_id, f.position * 1000 + u.i - 1 + v_before, u.case_id, u.signal, u.detail, u.strength, u.chosen
		from unnest(v_lines || v_other) with ordinality u(case_id, signal, detail, strength, chosen, i);
	get diagnostics v_count = row_count;
	if cardinality(v_other) > 0 and p_opened then
		perform event_add(f.tenant, 'match_suggested', p_case, p_message, f.delivery_id);
	end if;
	return v_count;
end $$;

-- The outgoing mails that a bounce reports on did not arrive. A user's names others of their thread, too.
create function bounce_note(f filing, n naming, p_places key_place[], p_case bigint, p_text text) returns void language plpgsql as $$
begin
	if f.authority = 'user' then
		p_places := array(select p from unnest(p_places) p where p.key = n.ref_keys[1] or p.signal = 'quoted');
	end if;
	update message m set send_error = left(concat_ws(': ', nullif(array_to_string(n.people, ', '), ''),
			coalesce(nullif(btrim(split_part(p_text, E'\n', 1)), ''), 'could not be delivered')), 500)
		from unnest(p_places) p where m.tenant = f.tenant and m.message_id = p.message_id and m.direction = 'out';
	perform event_add(f.tenant, 'delivery_failed', p_case, p.message_id, f.delivery_id)
		from (select distinct message_id from unnest(p_places)) p where p.message_id is not null;
end $$;

-- The bounces that came before the mail that they report on. Returns how many.
create function bounce_note_late(f filing, n naming, p_places key_place[], p_message bigint) returns int language plpgsql as $$
declare
	r record;
	v_count int := 0;
begin
	for r in select b.text, b.case_id from message b join message m on m.tenant = b.tenant and m.message_id = p_message
		where b.tenant = f.tenant and b.kind = 'bounce' and b.case_id = m.case_id and m.send_error is null and b.message_id in (
			select c.message_id from claim c where c.tenant = f.tenant and c.key = n.keys[1] and c.people is not null
			union all select p.message_id from unnest(p_places) p where p.signal = 'quoted_by')
	loop
		update message m set send_error = left(coalesce(nullif(btrim(split_part(r.text, E'\n', 1)), ''), 'could not be delivered'), 500)
			where m.tenant = f.tenant and m.message_id = p_message;
		perform event_add(f.tenant, 'delivery_failed', r.case_id, p_message, f.delivery_id);
		v_count := v_count + 1;
	end loop;
	return v_count;
end $$;

-- Keeps a mail without a case or keys; a human decides.
create function message_hold(f filing, n naming, m body, b belongings, r remarks, q quotations, p_message bigint, p_places key_place[]) returns bigint language plpgsql as $$
begin
	perform message_insert(f, n, m, b, q, p_message, null, null, null, null);
	perform message_bring(f.tenant, f.delivery_id, f.position, p_message, m.comment);
	perform comments_add(f, r, p_message, null);
	perform evidence_file(f, n, p_places, m.sent_at, p_message, null, false, false);
	return p_message;
end $$;

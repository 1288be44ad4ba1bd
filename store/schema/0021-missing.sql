-- New matters on old threads whose first mail has not come (docs/MATCHING.md 4): settle_branches() ends with settle_missing().
-- And what a mail that comes can change in a settled thread: settle_due(). Decision 25 says why this is exact.

-- ------------------------------------------------------------ what is awaited

-- Notes what these messages of a class name and is not in it, where that decides their place.
create function awaited_add(p_tenant text, p_threads bigint[], p_messages bigint[]) returns void language plpgsql as $$
begin
	insert into awaited (tenant, key, message_id, thread_id)
		select distinct p_tenant, k, m.message_id, m.thread_id from message m cross join unnest(m.ref_keys) k
		where m.tenant = p_tenant and m.message_id = any(p_messages)
			and (m.weak or not exists (select from thread_key t where t.tenant = p_tenant and t.key = m.ref_keys[1]
				and t.message_id <> m.message_id and t.thread_id = any(p_threads)))
			and not exists (select from thread_key t where t.tenant = p_tenant and t.key = k and t.message_id is not null and t.thread_id = any(p_threads))
		on conflict do nothing;
end $$;

-- The same of all messages of a class, anew.
create function awaited_renew(p_tenant text, p_threads bigint[]) returns void language plpgsql as $$
begin
	delete from awaited where tenant = p_tenant and thread_id = any(p_threads);
	perform awaited_add(p_tenant, p_threads, array(
		with m as materialized (select message_id, own_key, other_keys, ref_keys, weak from message where tenant = p_tenant and thread_id = any(p_threads)),
			keys as materialized (select own_key as key, message_id from m union all select unnest(other_keys), message_id from m where other_keys <> '{}')
		select message_id from m where weak
		union all select message_id from m where not weak and ref_keys <> '{}'
			and not exists (select from keys where keys.key = m.ref_keys[1] and keys.message_id <> m.message_id)));
end $$;

-- Who in a class awaits one of these keys. (Offset 0: key by key, however few rows the table had when this was planned.)
create function awaiting(p_tenant text, p_threads bigint[], p_keys uuid[]) returns setof awaited language sql stable
begin atomic
	select x.tenant, x.key, x.message_id, x.thread_id from unnest(p_keys) u(key)
		cross join lateral (select * from awaited a where a.tenant = p_tenant and a.key = u.key offset 0) x
		where x.thread_id = any(p_threads);
end;

-- A mail has the key now that these await: they await it no more, and who named it first awaits nothing.
create function awaited_take(p_tenant text, p_key uuid, p_message bigint, p_namers bigint[]) returns void language plpgsql as $$
begin
	if cardinality(p_namers) > 0 then
		delete from awaited a using message m
			where m.tenant = p_tenant and m.message_id = any(p_namers) and not m.weak and m.ref_keys[1] = p_key and m.message_id <> p_message
				and a.tenant = m.tenant and a.thread_id = m.thread_id and a.message_id = m.message_id;
		delete from awaited where tenant = p_tenant and key = p_key and message_id = any(p_namers);
	end if;
end $$;

-- What a message names and is missing, down to the nearest that is known, at most ten.
create function missing_of(p_tenant text, p_message bigint, p_ref_keys uuid[]) returns uuid[] language plpgsql stable as $$
declare
	v_missing uuid[] := '{}';
	v_key uuid;
begin
	foreach v_key in array p_ref_keys[1:10] loop
		exit when not exists (select from awaited where tenant = p_tenant and key = v_key and message_id = p_message);
		v_missing := v_missing || v_key;
	end loop;
	return v_missing;
end $$;

-- Whom a message quotes, for comparing.
create function said_mark(p_from_key text, p_at timestamptz) returns text language sql stable strict parallel safe
	return p_from_key || ' ' || date_trunc('minute', p_at);

-- The orphans among these messages, and all that hang together with them: by a missing mail that both name, or by a mail
-- that both quote. What is decided about orphans is decided within such a set.
create function orphans_near(p_tenant text, p_threads bigint[], p_messages bigint[]) returns bigint[] language plpgsql stable as $$
declare
	v_found bigint[] := '{}';
	v_new bigint[] := p_messages;
	v_missing uuid[];
	v_marks text[];
begin
	loop
		select array_agg(distinct m.message_id), array_agg(distinct k) into v_new, v_missing
			from message m, unnest(missing_of(p_tenant, m.message_id, m.ref_keys)) k
			where m.tenant = p_tenant and m.message_id = any(v_new) and not m.weak;
		exit when v_new is null;
		v_found := v_found || v_new;
		v_marks := array(select distinct said_mark(s.from_key, s.at) from said s
			where s.tenant = p_tenant and s.message_id = any(v_new) and s.at is not null and s.from_key <> '');
		v_new := array(
			select a.message_id from awaiting(p_tenant, p_threads, v_missing) a join message m on m.tenant = p_tenant and m.message_id = a.message_id
				where a.key = any(missing_of(p_tenant, a.message_id, m.ref_keys))
			union select s.message_id from (select distinct message_id from awaited where tenant = p_tenant and thread_id = any(p_threads)) a
				join said s on s.tenant = p_tenant and s.message_id = a.message_id
				where cardinality(v_marks) > 0 and s.at is not null and said_mark(s.from_key, s.at) = any(v_marks)
			except select unnest(v_found));
	end loop;
	return v_found;
end $$;

-- -------------------------------------------------------------------- orphans

-- Does an orphan go on with what it names: has one that is known a subject like its own, or does it quote one (that does not
-- begin its own matter: it names and quotes nothing, and has its subject; then it follows it, branch_called()), or has it
-- more prefixes than the mails since then, so that the first of them had one, too? Null: it names none that is known. What it
-- goes on with among these messages is told apart (follows): such a one may be an orphan of the same new matter.
create function orphan_goes_on(p_tenant text, p_threads bigint[], p_messages bigint[], p_message bigint, p_subject text, p_base_subject text, p_ref_keys uuid[],
	out goes_on boolean, out follows bigint[]) language plpgsql stable as $$
declare
	v_prefixes int := regexp_count(left(p_subject, greatest(length(p_subject) - length(p_base_subject), 0)), '[:：]');
	v_is_first boolean := true;
	a record;
begin
	follows := '{}';
	for a in select q as key from message m, unnest(m.quoted_keys) q where m.tenant = p_tenant and m.message_id = p_message loop
		select k.message_id, m.ref_keys = '{}' and m.quoted_keys = '{}' and m.base_subject = p_base_subject as begins into a
			from thread_key k join message m on m.tenant = k.tenant and m.message_id = k.message_id
			where k.tenant = p_tenant and k.key = a.key and k.message_id <> p_message and k.thread_id = any(p_threads);
		continue when not found or a.begins;
		follows := follows || a.message_id;
		goes_on := not a.message_id = any(p_messages);
		exit when goes_on;
	end loop;
	for v_place in 1 .. cardinality(p_ref_keys) loop
		exit when goes_on;
		select m.message_id, m.base_subject, m.sent_at, m.from_key, m.from_name into a from thread_key k
			join message m on m.tenant = k.tenant and m.message_id = k.message_id
			where k.tenant = p_tenant and k.key = p_ref_keys[v_place] and k.thread_id = any(p_threads);
		continue when not found;
		if (v_is_first and v_prefixes >= v_place) or subject_similar(a.base_subject, p_base_subject)
				or exists (select from said s where s.tenant = p_tenant and s.message_id = p_message and (subject_similar(s.subject, a.base_subject)
					or (abs(extract(epoch from s.at - a.sent_at)) < 54000
						and time_near(s.at, a.sent_at) and (s.from_key = a.from_key or lower(s.name) = lower(a.from_name))))) then
			follows := follows || a.message_id;
			goes_on := not a.message_id = any(p_messages);
		end if;
		goes_on := coalesce(goes_on, false);
		v_is_first := false;
	end loop;
end $$;

-- Of these messages those whose nearest ancestor is missing, with the missing ones down to the nearest that is known.
-- On mailing lists subjects change and quotes are cut: there only the ids count. Parts of a series differ in their subjects
-- by nature. An automatic mail goes with what it answers: it has no say (null).
create function orphans_of(p_tenant text, p_threads bigint[], p_messages bigint[])
	returns table (message_id bigint, own_key uuid, base_subject text, sent_at timestamptz, missing uuid[], goes_on boolean, follows bigint[]) language sql stable
begin atomic
	with m as materialized (select a.message_id, a.own_key, a.ref_keys, a.kind = 'mail' as is_mail, a.subject, a.base_subject, a.sent_at,
				missing_of(p_tenant, a.message_id, a.ref_keys) as missing
			from message a where a.tenant = p_tenant and a.message_id = any(p_messages)
				and not a.weak and not a.listed and a.subject !~ '\[[^][]*\d/\d[^][]*\]')
	select m.message_id, m.own_key, case when m.is_mail then m.base_subject end, m.sent_at, m.missing, g.goes_on, g.follows
		from m left join lateral orphan_goes_on(p_tenant, p_threads, p_messages, m.message_id, m.subject, m.base_subject, m.ref_keys) g on m.is_mail
		where m.missing <> '{}';
end;

-- Which of them belong together: who answers the same missing mail; who names one under a like subject; who quotes the
-- same. And which of these groups is a matter of its own: one that names known mails and goes on with none; one that
-- names none, where an earlier group, or one that goes on, names the same missing mail under another subject.
create function missing_branches(p_tenant text, p_threads bigint[], p_messages bigint[]) returns table (first_id bigint, message_id bigint)
	language plpgsql stable as $$
#variable_conflict use_column
declare
	v_orphans record;
	v_ids bigint[];
	v_missing text[];                                        -- the pairs of an orphan's place and what it has in common with others
	v_places int[];
	v_tokens text[];
	v_labels int[];
	v_next int[];
	v_was int[];
begin
	select array_agg(o.message_id order by o.sent_at, o.own_key) as ids, array_agg(o.goes_on order by o.sent_at, o.own_key) as goes_on,
		array_agg(array_to_string(o.follows, ' ') order by o.sent_at, o.own_key) as follows,
		array_agg(o.base_subject order by o.sent_at, o.own_key) as subjects, array_agg(array_to_string(o.missing, ' ') order by o.sent_at, o.own_key) as missing,
		count(distinct o.base_subject) as count, bool_or(not o.goes_on) as is_lost into v_orphans from orphans_of(p_tenant, p_threads, p_messages) o;
	if coalesce(v_orphans.count, 0) = 0 or (v_orphans.count = 1 and v_orphans.is_lost is not true) then
		return;
	end if;
	v_ids := v_orphans.ids;
	v_missing := v_orphans.missing;
	with o as materialized (select u.i::int, u.subject, string_to_array(u.missing, ' ') as missing
			from unnest(v_orphans.subjects, v_missing) with ordinality u(subject, missing, i)),
		named as materialized (select distinct k as key, o.subject from o, unnest(o.missing) k where o.subject is not null)
	select array_agg(t.i), array_agg(t.token) into v_places, v_tokens from (
		select o.i, o.missing[1] as token from o
		union all select o.i, k || ' ' || n.subject from o, unnest(o.missing) k join named n on n.key = k
			where subject_similar(o.subject, n.subject)
		union all select o.i, said_mark(s.from_key, s.at) from o
			join said s on s.tenant = p_tenant and s.message_id = v_ids[o.i] and s.at is not null and s.from_key <> '') t;
	v_labels := array(select i from generate_series(1, cardinality(v_ids)) i);
	loop                                                     -- the lowest place of all that hang together
		select array_agg(x.label order by x.place) into v_next from (
			select t.place, min(c.label) as label from unnest(v_places, v_tokens) t(place, token)
			join (select u.token, min(v_labels[u.place]) as label from unnest(v_places, v_tokens) u(place, token) group by u.token) c using (token)
			group by t.place) x;
		v_was := v_labels;
		v_labels := v_next;
		exit when v_labels = v_was;
	end loop;
	return query
		with o as materialized (select u.i::int, v_labels[u.i] as label, u.subject, string_to_array(u.missing, ' ') as missing,
				case when u.goes_on or coalesce(u.follows, '') = '' then u.goes_on     -- within its own group it says nothing
					else nullif(exists (select from unnest(string_to_array(u.follows, ' ')::bigint[]) f
						where v_labels[array_position(v_ids, f)] is distinct from v_labels[u.i]), false) end as goes_on
				from unnest(v_orphans.goes_on, v_orphans.follows, v_orphans.subjects, v_missing) with ordinality u(goes_on, follows, subject, missing, i)),
			g as materialized (select o.label, bool_or(o.goes_on) as goes_on from o group by o.label having count(o.subject) > 0),
			named as materialized (select distinct g.label, g.goes_on, k as key from o join g using (label), unnest(o.missing) k where o.subject is not null)
		select v_ids[o.label], v_ids[o.i] from o join g using (label)
			where not g.goes_on or (g.goes_on is null and exists (select from named a join named b using (key)
				where a.label = g.label and b.label <> g.label and (b.goes_on or (b.goes_on is null and b.label < g.label))));
end $$;

-- Gives each of these groups a case of its own, and what is none any more back to the thread's.
create function settle_missing(p_tenant text, p_root bigint, p_default bigint) returns void language plpgsql as $$
declare
	r record;
	v_threads bigint[] := array(select class_of(p_tenant, p_root));
	v_case bigint;
	v_cases bigint[];
	v_firsts bigint[];
	v_all bigint[];
begin
	select coalesce(array_agg(b.first_id), '{}'), coalesce(array_agg(b.message_id), '{}') into v_firsts, v_all
		from missing_branches(p_tenant, v_threads, array(select distinct a.message_id from awaited a
			where a.tenant = p_tenant and a.thread_id = any(v_threads))) b;
	for r in
		select array_agg(m.message_id order by m.sent_at, m.own_key) as ids, array_agg(case when right(lower(m.subject), length(m.base_subject)) = m.base_subject then right(m.subject, length(m.base_subject))
				else m.subject end order by m.sent_at, m.own_key) as subjects,
			array_agg(m.submitted_by order by m.sent_at, m.own_key) as users, min(m.base_subject) as base_subject
		from unnest(v_firsts, v_all) b(first_id, message_id) join message m on m.tenant = p_tenant and m.message_id = b.message_id group by b.first_id
	loop
		v_cases := array(select distinct a.pin_auto from message a where a.tenant = p_tenant and a.message_id = any(r.ids) and a.pin_auto is not null)
			|| cases_of_answers(p_tenant, p_root, array(select unnest(a.own_key || a.other_keys) from message a
				where a.tenant = p_tenant and a.message_id = any(r.ids)), r.base_subject, v_all);
		v_case := coalesce((select f.case_id from case_file f where f.tenant = p_tenant and f.case_id = any(v_cases)
			order by f.touched_at is null, f.case_id limit 1), case_open(p_tenant, r.subjects[1], r.users[1]));
		perform unite_cases(p_tenant, c, v_case, null) from (select distinct c from unnest(v_cases) c where c <> v_case) x;
		perform member_file(p_tenant, v_case, m.message_id, m.submitted_by, null) from message m
			where m.tenant = p_tenant and m.message_id = any(r.ids) and m.pin_auto is distinct from v_case and m.submitted_by <> r.users[1];
		update message set pin_auto = v_case where tenant = p_tenant and message_id = any(r.ids) and pin_auto is distinct from v_case;
	end loop;
	for r in
		select m.pin_auto, array_agg(m.message_id) as ids from message m where m.tenant = p_tenant and not m.weak and m.pin_auto is not null
			and m.thread_id = any(v_threads) and m.message_id <> all(v_all) group by m.pin_auto
	loop
		if exists (select from case_file where tenant = p_tenant and case_id = r.pin_auto and touched_at is not null) then
			update message set pin = coalesce(pin, r.pin_auto), pin_auto = null where tenant = p_tenant and message_id = any(r.ids);
		else
			update message set pin_auto = null where tenant = p_tenant and message_id = any(r.ids);
			perform unite_cases(p_tenant, r.pin_auto, p_default, null)
				where not exists (select from message where tenant = p_tenant and pin_auto = r.pin_auto);
		end if;
	end loop;
end $$;

-- ------------------------------------------------------------ a mail comes

-- May a weak message be decided otherwise because this mail came? It names the mail, or the mail tells the subject of
-- missing ones that it names, too.
create function weak_may_differ(p_tenant text, p_root bigint, p_threads bigint[], p_message bigint, p_namers bigint[]) returns boolean language plpgsql stable as $$
declare
	x record;
begin
	select weak, ref_keys, base_subject into x from message where tenant = p_tenant and message_id = p_message;
	return exists (select from message w where w.tenant = p_tenant and w.weak and w.message_id <> p_message
		and w.message_id in (select unnest(p_namers) union select a.message_id from awaiting(p_tenant, p_threads, x.ref_keys) a where not x.weak)
		and (w.message_id = any(p_namers) or subject_similar(x.base_subject, w.base_subject) <> (w.pin_auto is null))
		and weak_is_due(not coalesce(weak_goes_on(p_tenant, p_root, w.message_id, w.own_key || w.other_keys, w.ref_keys, w.base_subject), true), w.pin, w.pin_auto));
end $$;

-- Does this mail start a new matter, and is there a mail of its subject in the class that follows none?
create function called_may_differ(p_tenant text, p_threads bigint[], p_message bigint) returns boolean language plpgsql stable as $$
declare
	x record;
begin
	select base_subject, pin_auto, case_id into x from message where tenant = p_tenant and message_id = p_message;
	return x.pin_auto is not null and x.base_subject <> '' and exists (select from message a where a.tenant = p_tenant and a.base_subject = x.base_subject
		and a.message_id <> p_message and a.thread_id = any(p_threads) and a.pin is null and a.case_id <> x.case_id);
end $$;

-- A mail, new or under another key, is in its class now, and its row is written: would settle() change anything but for
-- noting what it awaits? False only where it surely would not. p_message lies where it belongs itself.
create function settle_due(p_tenant text, p_root bigint, p_message bigint, n naming) returns boolean language plpgsql as $$
declare
	v_threads bigint[];
	v_namers bigint[];
	v_quoters bigint[] := '{}';
	v_named uuid[] := keys_of_signal(n, 'quoted') || n.ref_keys[2:cardinality(n.ref_keys) - 1];
	v_orphans bigint[];
	v_case bigint;
	v_default bigint := (select case_id from thread where tenant = p_tenant and thread_id = p_root and settled);
begin
	if v_default is null then
		return true;
	end if;
	if 'quoted_by' = any(n.signals) then
		v_quoters := array(select message_id from thread_key where tenant = p_tenant and key = any(keys_of_signal(n, 'quoted_by')) and message_id is not null);
	end if;
	v_threads := array(select class_of(p_tenant, p_root));
	perform awaited_add(p_tenant, v_threads, array[p_message]);
	v_namers := array(select message_id from awaiting(p_tenant, v_threads, n.keys[:1]));
	v_orphans := orphans_near(p_tenant, v_threads, v_namers || v_quoters || p_message);   -- as they hung together before
	perform awaited_take(p_tenant, n.keys[1], p_message, v_namers);
	if exists (select from message where tenant = p_tenant and message_id = any(v_orphans || v_namers) and not weak and pin_auto is not null)
			or exists (select from missing_branches(p_tenant, v_threads, v_orphans))
			or weak_may_differ(p_tenant, p_root, v_threads, p_message, v_namers) or called_may_differ(p_tenant, v_threads, p_message) then
		return true;
	end if;
	v_case := (select case_id from message where tenant = p_tenant and message_id = p_message);
	if exists (select from message m where m.tenant = p_tenant and m.message_id = any(v_quoters) and m.ref_keys = '{}' and m.quoted_keys <@ n.keys[:1])
			or exists (select from thread_key k join message m on m.tenant = k.tenant and m.message_id = k.message_id
				where k.tenant = p_tenant and k.key = any(v_named)
					and m.case_id <> v_case and message_is_free(m, v_threads)) then
		return true;                                             -- who was free, or is
	end if;
	v_namers := v_namers || v_quoters;
	return cardinality(v_namers) > 0 and (v_case <> v_default or exists (select from message m
		where m.tenant = p_tenant and m.message_id = any(v_namers) and m.pin is null and m.pin_auto is null and m.case_id <> v_case));
end $$;

grant execute on function awaited_add(text, bigint[], bigint[]), awaited_renew(text, bigint[]), awaiting(text, bigint[], uuid[]), awaited_take(text, uuid, bigint, bigint[]),
	missing_of(text, bigint, uuid[]), said_mark(text, timestamptz), orphans_near(text, bigint[], bigint[]),
	orphan_goes_on(text, bigint[], bigint[], bigint, text, text, uuid[]), orphans_of(text, bigint[], bigint[]), missing_branches(text, bigint[], bigint[]), settle_missing(text, bigint, bigint),
	weak_may_differ(text, bigint, bigint[], bigint, bigint[]), called_may_differ(text, bigint[], bigint), settle_due(text, bigint, bigint, naming)
	to casegate_gateway, casegate_graph, casegate_admin;

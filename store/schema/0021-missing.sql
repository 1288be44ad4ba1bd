-- New matters on old threads whose first mail has not come (docs/MATCHING.md 4): settle_branches() ends with settle_missing().

-- The messages of a class whose nearest ancestor is missing, with the missing ones down to the nearest that is known.
-- goes_on: does one that it names have a subject like its own, or does it quote one, or has it more prefixes than the mails
-- since then, so that the first of them had one, too? Null: it names none that is known.
-- On mailing lists subjects change and quotes are cut: there only the ids count. Parts of a series differ in their subjects
-- by nature. An automatic mail goes with what it answers: it has no say (null).
create function orphans_of(p_tenant text, p_root bigint)
	returns table (message_id bigint, own_key uuid, base_subject text, sent_at timestamptz, missing uuid[], goes_on boolean) language sql stable
begin atomic
	with m as materialized (select a.message_id, a.own_key, a.own_key || a.other_keys as own_keys, a.ref_keys, a.weak, a.listed, a.kind, a.subject,
			a.base_subject, a.from_key, a.from_name, a.sent_at
			from message a where a.tenant = p_tenant and a.thread_id in (select class_of(p_tenant, p_root))),
		keys as materialized (select k as key, m.base_subject, m.from_key, m.from_name, m.sent_at from m, unnest(m.own_keys) k),
		lost as materialized (select m.* from m where not m.weak and not m.listed and cardinality(m.ref_keys) > 0
			and m.subject !~ '\[[^][]*\d/\d[^][]*\]' and not exists (select from keys where keys.key = m.ref_keys[1])),
		known as (select l.message_id, min(u.i)::int as nearest, bool_or(subject_similar(keys.base_subject, l.base_subject) or exists (
				select from said s where s.tenant = p_tenant and s.message_id = l.message_id and abs(extract(epoch from s.at - keys.sent_at)) < 54000
					and time_near(s.at, keys.sent_at) and (s.from_key = keys.from_key or lower(s.name) = lower(keys.from_name))))
				or regexp_count(left(l.subject, greatest(length(l.subject) - length(l.base_subject), 0)), '[:：]') >= min(u.i) as goes_on
			from lost l, unnest(l.ref_keys) with ordinality u(key, i), keys where keys.key = u.key
			group by l.message_id, l.subject, l.base_subject)
	select l.message_id, l.own_key, case when l.kind = 'mail' then l.base_subject end, l.sent_at,
			l.ref_keys[1:least(coalesce(known.nearest, 101) - 1, 10)], case when l.kind = 'mail' then known.goes_on end
		from lost l left join known using (message_id);
end;

-- Which of them belong together: who answers the same missing mail; who names one under a like subject; who quotes the
-- same. And which of these groups is a matter of its own: one that names known mails and goes on with none; one that
-- names none, where an earlier group, or one that goes on, names the same missing mail under another subject.
create function missing_branches(p_tenant text, p_root bigint) returns table (first_id bigint, message_id bigint) language plpgsql stable as $$
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
		array_agg(o.base_subject order by o.sent_at, o.own_key) as subjects, array_agg(array_to_string(o.missing, ' ') order by o.sent_at, o.own_key) as missing,
		count(distinct o.base_subject) as count, bool_or(not o.goes_on) as is_lost into v_orphans from orphans_of(p_tenant, p_root) o;
	if coalesce(v_orphans.count, 0) = 0 or (v_orphans.count = 1 and v_orphans.is_lost is not true) then
		return;
	end if;
	v_ids := v_orphans.ids;
	v_missing := v_orphans.missing;
	with o as materialized (select u.i::int, u.subject, string_to_array(u.missing, ' ') as missing
			from unnest(v_orphans.subjects, v_missing) with ordinality u(subject, missing, i)),
		like_ as (select a.subject, min(b.subject) as subject_class from (select distinct subject from o) a
			join (select distinct subject from o) b on subject_similar(a.subject, b.subject) group by a.subject)
	select array_agg(t.i), array_agg(t.token) into v_places, v_tokens from (
		select o.i, o.missing[1] as token from o
		union all select o.i, k || ' ' || l.subject_class from o join like_ l using (subject), unnest(o.missing) k
		union all select o.i, s.from_key || ' ' || date_trunc('minute', s.at) from o
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
		with o as materialized (select u.i::int, v_labels[u.i] as label, u.goes_on, u.subject, string_to_array(u.missing, ' ') as missing
				from unnest(v_orphans.goes_on, v_orphans.subjects, v_missing) with ordinality u(goes_on, subject, missing, i)),
			g as materialized (select o.label, bool_or(o.goes_on) as goes_on from o group by o.label having count(o.subject) > 0),
			named as materialized (select distinct g.label, g.goes_on, k as key from o join g using (label), unnest(o.missing) k)
		select v_ids[o.label], v_ids[o.i] from o join g using (label)
			where not g.goes_on or (g.goes_on is null and exists (select from named a join named b using (key)
				where a.label = g.label and b.label <> g.label and (b.goes_on or (b.goes_on is null and b.label < g.label))));
end $$;

-- Gives each of these groups a case of its own, and what is none any more back to the thread's.
create function settle_missing(p_tenant text, p_root bigint, p_default bigint) returns void language plpgsql as $$
declare
	r record;
	v_case bigint;
	v_cases bigint[];
	v_all bigint[] := '{}';
begin
	for r in
		select array_agg(m.message_id order by m.sent_at, m.own_key) as ids, array_agg(case when right(lower(m.subject), length(m.base_subject)) = m.base_subject then right(m.subject, length(m.base_subject))
				else m.subject end order by m.sent_at, m.own_key) as subjects,
			array_agg(m.submitted_by order by m.sent_at, m.own_key) as users, array_agg(m.own_key) as keys, min(m.base_subject) as base_subject
		from missing_branches(p_tenant, p_root) b join message m on m.tenant = p_tenant and m.message_id = b.message_id group by b.first_id
	loop
		v_all := v_all || r.ids;
		v_cases := array(select distinct a.pin_auto from message a where a.tenant = p_tenant and a.message_id = any(r.ids) and a.pin_auto is not null)
			|| cases_of_answers(p_tenant, p_root, r.keys, r.base_subject);
		v_case := coalesce((select f.case_id from case_file f where f.tenant = p_tenant and f.case_id = any(v_cases)
			order by f.touched_at is null, f.case_id limit 1), case_open(p_tenant, r.subjects[1], r.users[1]));
		perform unite_cases(p_tenant, c, v_case, null) from (select distinct c from unnest(v_cases) c where c <> v_case) x;
		perform member_file(p_tenant, v_case, m.message_id, m.submitted_by, null) from message m
			where m.tenant = p_tenant and m.message_id = any(r.ids) and m.pin_auto is distinct from v_case and m.submitted_by <> r.users[1];
		update message set pin_auto = v_case where tenant = p_tenant and message_id = any(r.ids) and pin_auto is distinct from v_case;
	end loop;
	for r in
		select m.pin_auto, array_agg(m.message_id) as ids from message m where m.tenant = p_tenant and not m.weak and m.pin_auto is not null
			and m.thread_id in (select class_of(p_tenant, p_root)) and m.message_id <> all(v_all) group by m.pin_auto
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

grant execute on function orphans_of(text, bigint), missing_branches(text, bigint), settle_missing(text, bigint, bigint)
	to casegate_gateway, casegate_graph, casegate_admin;

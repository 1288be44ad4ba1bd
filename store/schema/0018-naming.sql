-- How texts name cases: the tag of a case (store/casetag.c finds it in mail), and the tenant's own numbers.

-- "V-000042.k3f7q2xm5abcd": what stands in a text for this case. It changes with the case's address.
create function case_tag(p_tenant text, p_case bigint) returns text language sql stable
begin atomic
	select case_reference(c.number) || '.' || t.tag from case_file c join case_token t on t.tenant = c.tenant and t.case_id = c.case_id
		where c.tenant = p_tenant and c.case_id = p_case and t.retired_at is null order by t.created_at desc limit 1;
end;

-- A subject with the case's tag in front, where the tenant wants one. In front mail clients keep it, and comparing
-- subjects leaves it out.
create function subject_tagged(p_tenant text, p_case bigint, p_subject text) returns text language sql stable
	return case when (select t.subject_tag from tenant t where t.tenant = p_tenant) and strpos(p_subject, case_tag(p_tenant, p_case)) = 0
		then '[' || case_tag(p_tenant, p_case) || '] ' || p_subject else p_subject end;

-- For text that is pasted into one's own Outlook: the address for BCC, a subject where the tenant marks subjects, and the
-- line that stays visible.
create function draft_text(case_id bigint) returns text language plpgsql stable
	security definer set search_path = casegate, pg_temp as $$
declare
	v_case bigint := seen_case(draft_text.case_id);
	t record;
begin
	select x.language, x.subject_tag into t from tenant x where x.tenant = tenant_now();
	return 'BCC: ' || coalesce(case_address(tenant_now(), v_case), '') || E'\n'
		|| case when t.subject_tag then (case t.language when 'de' then 'Betreff: ' else 'Subject: ' end)
			|| subject_tagged(tenant_now(), v_case, (select c.subject from case_file c where c.tenant = tenant_now() and c.case_id = v_case)) || E'\n' else '' end
		|| format(E'\n[%s %s]', case t.language when 'de' then 'Vorgang' else 'Case' end, case_tag(tenant_now(), v_case));
end $$;

-- --------------------------------------------------------- the tenant's own numbers

-- Order and offer numbers that mails name, as reference_pattern describes them. They only suggest.
create table named_number (
	tenant     text not null,
	number     text not null,
	message_id bigint not null,
	primary key (tenant, number, message_id),
	foreign key (tenant, message_id) references message on delete cascade
);
create index named_number_message on named_number (tenant, message_id);
alter table named_number enable row level security;
alter table named_number force row level security;
create policy tenant on named_number to casegate_owner, casegate_gateway, casegate_graph, casegate_web
	using (tenant = casegate.tenant_now()) with check (tenant = casegate.tenant_now());
create policy admin on named_number to casegate_admin using (true) with check (true);
grant select, insert, delete on named_number to casegate_gateway, casegate_graph, casegate_admin;

-- The numbers in a subject and the first 4,000 characters of a text, at most twenty. The pattern was tried when it was
-- set (setting_pattern); what takes long with a mail all the same is cut off by the caller (store/numbers.c).
create function numbers_in(p_pattern text, p_subject text, p_text text) returns text[] language sql immutable strict parallel safe
	return array(select distinct upper(left(m.found[1], 100)) from (
		select regexp_matches(left(p_subject, 1000) || E'\n' || left(p_text, 4000), '(' || p_pattern || ')', 'gi') as found limit 20) m
		where m.found[1] <> '' order by 1);

-- Notes a message's numbers, and suggests the cases in which they were named before.
create function numbers_note(p_tenant text, p_delivery bigint, p_position int, p_message bigint, p_opened boolean) returns void language plpgsql as $$
declare
	v_numbers text[];
	m record;
	r record;
	v_found boolean := false;
begin
	select x.subject, coalesce(x.new_text, x.text) as text, x.case_id into m from message x where x.tenant = p_tenant and x.message_id = p_message;
	v_numbers := numbers_in((select t.reference_pattern from tenant t where t.tenant = p_tenant), m.subject, m.text);
	for r in
		select x.case_id, min(n.number) as number, max(x.sent_at) as last from named_number n join message x on x.tenant = n.tenant and x.message_id = n.message_id
		where n.tenant = p_tenant and n.number = any(v_numbers) and x.case_id is not null and x.case_id is distinct from m.case_id
		group by x.case_id order by 3 desc limit 5
	loop
		perform evidence_add(p_tenant, p_delivery, p_position, r.case_id, null, 'number', r.number, 'suggestion');
		v_found := true;
	end loop;
	if v_found and p_opened then
		perform event_add(p_tenant, 'match_suggested', m.case_id, p_message, p_delivery);
	end if;
	insert into named_number (tenant, number, message_id) select p_tenant, n, p_message from unnest(v_numbers) n on conflict do nothing;
end $$;

grant execute on function draft_text(bigint) to casegate_app, casegate_admin;
grant execute on function case_tag(text, bigint), subject_tagged(text, bigint, text), numbers_in(text, text, text),
	numbers_note(text, bigint, int, bigint, boolean) to casegate_gateway, casegate_graph, casegate_admin;

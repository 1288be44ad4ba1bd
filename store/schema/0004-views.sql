-- What the app reads. Every view runs with its reader's rights, so row-level security decides what is in it.
-- The columns are a contract (docs/SCHEMA.md): new ones go to the end. Words are text there, whatever domain the tables have.

-- The case that a merged one has become. The way may lead through cases that the reader does not see, so the
-- owner walks it, inside the tenant that is signed in; an operator, who reads other tenants' too, walks it himself.
create function case_end(p_tenant text, p_case bigint) returns bigint language sql stable
	security definer set search_path = casegate, pg_temp
begin atomic
	select case_final(p_tenant, p_case) where p_tenant = tenant_now();
end;
create function case_shown(p_tenant text, p_case bigint) returns bigint language sql stable
	return coalesce(case_end(p_tenant, p_case), case_final(p_tenant, p_case));

-- agent@in.acme.example and TOKEN are agent+TOKEN@in.acme.example.
create function token_address(p_address text, p_token text) returns text language sql immutable strict parallel safe
	return split_part(p_address, '@', 1) || '+' || p_token || '@' || split_part(p_address, '@', 2);
-- What one mails to file into this very case; null while the tenant has no agent address.
create function case_address(p_tenant text, p_case bigint) returns text language sql stable
begin atomic
	select token_address((select min(a.address) from agent_address a where a.tenant = p_tenant),
		(select t.token from case_token t where t.tenant = p_tenant and t.case_id = p_case and t.retired_at is null
			order by t.created_at desc limit 1));
end;

-- Each number is a query of its own, so that a list which asks for none pays for none. The keys are computed
-- before thread_key is asked: under row-level security a function in the condition would keep the index unused.
create view cases with (security_invoker = true) as
select c.tenant, c.case_id, case_reference(c.number) as reference, c.subject, c.state,
	case when c.merged_into is not null then case_shown(c.tenant, c.case_id) end as merged_into,
	c.opened_at, c.opened_by,
	(select max(m.sent_at) from message m where m.tenant = c.tenant and m.case_id = c.case_id) as last_message_at,
	(select count(*) from message m where m.tenant = c.tenant and m.case_id = c.case_id) as message_count,
	(select count(*) from (
			select distinct key_of('m', r.id) as key from message m, unnest(m.refs) r(id)
			where m.tenant = c.tenant and m.case_id = c.case_id) named
		where not exists (select from thread_key k where k.tenant = c.tenant and k.key = named.key and k.message_id is not null)) as missing_count,
	case_address(c.tenant, c.case_id) as case_address,
	c.closed_at, c.linked_to
from case_file c;

create view messages with (security_invoker = true) as
select m.tenant, m.case_id, m.message_id, m.internet_message_id,
	m.direction::text as direction, m.source::text as source, m.kind::text as kind, m.from_name, m.from_address,
	m.subject, m.sent_at, m.received_at, m.filed_at, m.submitted_by, m.comment, m.text, coalesce(m.new_text, m.text) as new_text,
	m.html, m.send_state::text as send_state, m.send_error,
	m.sent_precision::text as sent_precision, m.identity::text as identity, m.is_reconstructed, m.remote_images, m.defects, m.delivery_id
from message m
where m.case_id is not null;

create view recipients with (security_invoker = true) as
select p.tenant, p.message_id, p.role::text as role, p.name, p.address, p.position, p.is_agent
from participant p
where p.role <> 'from' and p.case_id is not null;

-- Those without a message wait to be sent with a mail of their case.
create view attachments with (security_invoker = true) as
select a.tenant, a.message_id, a.attachment_id, a.filename, a.content_type, a.size, encode(a.sha256, 'hex') as sha256,
	a.content_id, a.inline, coalesce(a.case_id, m.case_id) as case_id, a.position
from attachment a
left join message m on m.tenant = a.tenant and m.message_id = a.message_id
where coalesce(a.case_id, m.case_id) is not null;

-- Where the mail is today; null while it waits, and for who does not see it. What waits for itself out of a forward of
-- several is in `held`, and here when that is decided.
create view deliveries with (security_invoker = true) as
select d.tenant, d.delivery_id, d.received_at, d.protocol::text as protocol, d.peer, d.envelope_from, d.recipient,
	encode(d.source_sha256, 'hex') as source_sha256, d.internet_message_id, d.outcome::text as outcome,
	m.case_id, m.message_id, d.opened_case, d.reason,
	d.size, d.kind, d.standing::text as standing, d.authenticated::text as authenticated, d.submitted_by, d.part_of
from delivery d
left join message m on m.tenant = d.tenant and m.message_id = d.message_id and m.case_id is not null
where d.part_of is null or d.outcome <> 'held';

create view delivery_messages with (security_invoker = true) as
select r.tenant, r.delivery_id, r.message_id, r.comment, r.position
from delivery_message_row r
join message m on m.tenant = r.tenant and m.message_id = r.message_id
where m.case_id is not null;

create view comments with (security_invoker = true) as
select c.tenant, c.message_id, c.delivery_id, c.position, c.author_name, c.author_address, c.at, c.text
from message_comment c
join message m on m.tenant = c.tenant and m.message_id = c.message_id
where m.case_id is not null;

create view match_evidence with (security_invoker = true) as
select e.tenant, e.delivery_id, case_shown(e.tenant, e.case_id) as case_id, e.signal, e.detail, e.strength::text as strength, e.chosen, e.position
from evidence e;

-- How good a reason is, the best first: its strength, and where that is the same what it is. A stranger's reasons
-- are all suggestions, but one who knows a case's own address knows more than its subject.
create function evidence_rank(p_strength text, p_signal text) returns int language sql immutable strict parallel safe
	return case p_strength when 'certain' then 0 when 'strong' then 10 else 20 end
		+ case p_signal when 'token' then 0 when 'subject' then 9 else 5 end;

-- What a waiting mail names has come since: in which cases it lies now. The app itself reads no keys; the operator
-- asks without naming a tenant.
create function held_names(p_tenant text, p_delivery bigint) returns table (case_id bigint, detail text) language plpgsql stable
	security definer set search_path = casegate, pg_temp as $$
declare
	v_before text := coalesce(tenant_now(), '');
begin
	if v_before <> p_tenant and not pg_has_role(session_user, 'casegate_admin', 'usage') then
		return;
	end if;
	perform set_config('casegate.tenant', p_tenant, true);
	return query select distinct on (m.case_id) m.case_id, r.id
		from delivery d join message h on h.tenant = d.tenant and h.message_id = d.held_message
		cross join lateral unnest(h.ref_keys, h.refs) with ordinality r(key, id, i)
		join thread_key k on k.tenant = d.tenant and k.key = r.key
		join message m on m.tenant = k.tenant and m.message_id = k.message_id
		where d.tenant = p_tenant and d.delivery_id = p_delivery and d.outcome = 'held' and m.case_id is not null
			and (user_now() is null or sees_all() or d.submitted_by = user_now())
		order by m.case_id, r.i;
	perform set_config('casegate.tenant', v_before, true);
end $$;

-- The cases that a mail may belong to, the likeliest first, each once with all that speaks for it.
create function candidates_of(p_tenant text, p_delivery bigint) returns jsonb language sql stable
begin atomic
	with reason as (
		select case_shown(e.tenant, e.case_id) as case_id, evidence_rank(e.strength, e.signal) as rank, e.position, e.signal, e.detail, e.strength
		from evidence e
		where e.tenant = p_tenant and e.delivery_id = p_delivery and e.case_id is not null
		union all
		select case_shown(p_tenant, n.case_id), evidence_rank('suggestion', 'references'), 1000000, 'references', n.detail, 'suggestion'
		from held_names(p_tenant, p_delivery) n
		where not exists (select from evidence e where e.tenant = p_tenant and e.delivery_id = p_delivery and e.case_id = n.case_id and e.signal = 'references')),
	candidate as (
		select case_id, min(rank) as rank, min(position) as position,
			jsonb_agg(jsonb_build_object('signal', signal, 'detail', detail, 'strength', strength) order by rank, position) as evidence
		from reason group by case_id)
	select coalesce(jsonb_agg(jsonb_build_object('case_id', c.case_id, 'reference', case_reference(c.number), 'subject', c.subject,
			'state', c.state, 'evidence', d.evidence) order by d.rank, d.position), '[]')
	from candidate d join case_file c on c.tenant = p_tenant and c.case_id = d.case_id;
end;

create view held with (security_invoker = true) as
select d.tenant, d.delivery_id, d.received_at, d.kind, d.outcome::text as outcome, d.from_name, d.from_address, d.subject, d.preview, d.reason,
	candidates_of(d.tenant, d.delivery_id) as candidates,
	d.is_quiet, d.recipient, d.standing::text as standing, d.submitted_by
from delivery d
where d.outcome in ('held', 'failed');

create view events with (security_invoker = true) as
select e.tenant, e.event_id, e.at, e.kind, e.case_id, e.message_id, e.delivery_id, e.detail, e.by_user as "user"
from event e
where e.event_id is not null;

create view outlook_connections with (security_invoker = true) as
select o.tenant, o.mailbox, o."user", o.mode, o.state, o.hint, o.last_sync_at, o.last_error, o.scopes, o.connected_at
from outlook_connection o;

-- The loss audit. One delivery counts once, whatever waits of it for itself. Received is counted by itself, not added up: a difference would be mail without an outcome.
-- The counts of all tenants are no tenant's secret from the operator's metrics, but whoever asks sees no row of them.
create policy directory on tenant for select to casegate_owner using (true);
create function tenant_counts(out tenant text, out received bigint, out filed bigint, out held bigint, out duplicate bigint,
	out rejected bigint, out failed bigint) returns setof record language plpgsql stable
	security definer set search_path = casegate, pg_temp as $$
declare
	v_before text := tenant_now();
begin
	for tenant_counts.tenant in select t.tenant from tenant t order by 1 loop
		perform set_config('casegate.tenant', tenant_counts.tenant, true);
		select count(*), count(*) filter (where d.outcome = 'filed'), count(*) filter (where d.outcome = 'held'),
				count(*) filter (where d.outcome = 'duplicate'), count(*) filter (where d.outcome = 'rejected'),
				count(*) filter (where d.outcome = 'failed')
			into tenant_counts.received, tenant_counts.filed, tenant_counts.held, tenant_counts.duplicate, tenant_counts.rejected, tenant_counts.failed
			from delivery d where d.tenant = tenant_counts.tenant and d.part_of is null;
		return next;
	end loop;
	perform set_config('casegate.tenant', coalesce(v_before, ''), true);
end $$;
create view stats with (security_invoker = true) as
select tenant, received, filed, held, duplicate, rejected, failed from tenant_counts();

grant execute on function case_end(text, bigint), case_shown(text, bigint), case_final(text, bigint), case_reference(bigint),
	case_address(text, bigint), token_address(text, text), key_of(text, text), held_names(text, bigint), candidates_of(text, bigint), evidence_rank(text, text)
	to casegate_app, casegate_admin, casegate_gateway;
grant select on cases, messages, recipients, attachments, deliveries, delivery_messages, comments, match_evidence, held, events,
	outlook_connections to casegate_app, casegate_admin, casegate_gateway;
grant execute on function tenant_counts() to casegate_admin, casegate_gateway, casegate_web;
grant select on stats to casegate_admin, casegate_gateway, casegate_web;

-- The words of never_file that name this address: itself, its domain, and *.DOMAIN of each domain above that.
create function never_file_forms(p_address text, p_domain text) returns text[] language sql immutable parallel safe
	return array[p_address, p_domain] || array(select '*.' || substr(p_domain, n + 1) from generate_series(1, length(p_domain)) n where substr(p_domain, n, 1) = '.');

-- What filing asks before it decides: one call, for any mail. Whose is the address, who are the people of the mail to that
-- tenant, what are its rules, and did these bytes come to this address before?
--
-- One row for each of the people, at least one; none: nobody's address, or no such tenant. p_tenant null: the address's. The
-- transaction is the tenant's from here on, and the tenant stays as long as it lasts.
create function delivery_open(p_local text, p_domain text, p_tenant text, p_people text[], p_vouched text, p_vouched_key text,
		p_recipient text, p_sha256 bytea)
	returns table (tenant text, address text, word text, case_id bigint,
		timezone text, trusted_arc text, has_quota boolean, has_numbers boolean, vouched_user text,
		delivery_id bigint, before_delivery bigint, before_message bigint, before_case bigint, before_number bigint, before_is_held boolean,
		person text, "user" text, is_ours boolean, is_agent boolean, is_participant boolean, is_never_filed boolean, is_namesake boolean)
	language plpgsql security definer set search_path = casegate, pg_temp as $$
#variable_conflict use_column
declare
	v_owner record;
	v_case bigint;
	v_vouched text;
	v_delivery bigint := nextval('casegate.delivery_delivery_id_seq');
	v_done text;
begin
	v_owner := address_owner(p_local, p_domain);
	if p_tenant is not null then
		v_owner.tenant := p_tenant;
	end if;
	v_done := set_config('casegate.tenant', v_owner.tenant, true);
	v_done := pg_advisory_xact_lock_shared(tenant_lock_key(v_owner.tenant));
	if v_owner.word is not null then
		v_case := (select case_final(k.tenant, k.case_id) from case_token k where k.token = v_owner.word and k.tenant = v_owner.tenant);
	end if;
	if p_vouched is not null then
		v_vouched := coalesce((select u."user" from tenant_user u where u.tenant = v_owner.tenant and u."user" = p_vouched and u.removed_at is null),
			(select a."user" from user_address a where a.tenant = v_owner.tenant and a.address = p_vouched_key));
	end if;
	-- An agent address, of this tenant or another: with a token (agent+TOKEN@), plain, or a bare token. It is listed and never a
	-- participant; whose it is stays unsaid.
	return query select t.tenant, v_owner.address, v_owner.word, v_case,
			t.timezone, array_to_string(t.trusted_arc, ' '), t.quota_bytes is not null, t.reference_pattern is not null, v_vouched,
			v_delivery, d.delivery_id, d.message_id, m.case_id, c.number, d.outcome = 'held',
			p.address, p."user", p."user" is not null or (select true from user_domain d where d.tenant = t.tenant and d.domain = p.domain) is true
				or (p.domain = '' and exists (select from user_name n where n.tenant = t.tenant and n.name = p.address)),   -- stated by name
			(select true from agent_address g where g.address = regexp_replace(p.address, '\+[^@]*@', '@')) is true
				or (select true from case_token k where k.token = split_part(p.address, '@', 1)) is true,
			(select true from participant x where x.tenant = t.tenant and x.address_key = p.address
				and x.case_id is not null and not x.is_agent and x.role in ('from', 'to', 'cc') limit 1) is true,
			cardinality(t.never_file) > 0 and t.never_file && never_file_forms(p.address, p.domain),
			p.domain = '' and exists (select from user_address u where u.tenant = t.tenant and u.words = any(name_calls(p.address)))
		from tenant t
		left join delivery d on d.tenant = t.tenant and d.recipient = p_recipient and d.source_sha256 = p_sha256 and d.is_first
		left join message m on m.tenant = d.tenant and m.message_id = d.message_id
		left join case_file c on c.tenant = m.tenant and c.case_id = m.case_id
		cross join lateral (select a.address, split_part(a.address, '@', 2) as domain,
				(select u."user" from user_address u where u.tenant = t.tenant and u.address = a.address) as "user"
			from (select) one left join unnest(p_people) a(address) on true offset 0) p
		where t.tenant = v_owner.tenant;
end $$;
grant execute on function delivery_open(text, text, text, text[], text, text, text, bytea) to casegate_gateway, casegate_graph, casegate_admin;

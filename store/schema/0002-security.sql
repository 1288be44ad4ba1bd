-- Who may see what. Row-level security is forced on every table, so that a forgotten WHERE shows nothing.
-- The processes see the tenant that they named, the app what its signed-in user may see, casegate_admin all.
-- Without a tenant (and for the app without a user) there are no rows.

create function tenant_now() returns text language sql stable parallel safe
	return nullif(current_setting('casegate.tenant', true), '');
create function user_now() returns text language sql stable parallel safe
	return nullif(current_setting('casegate.user', true), '');

do $$
declare
	t text;
begin
	for t in select c.relname from pg_class c where c.relnamespace = 'casegate'::regnamespace and c.relkind = 'r' order by 1 loop
		execute format('alter table %I enable row level security', t);
		execute format('alter table %I force row level security', t);
		continue when t = 'schema_version';
		execute format('create policy tenant on %I to casegate_owner, casegate_gateway, casegate_graph, casegate_web
			using (tenant = casegate.tenant_now()) with check (tenant = casegate.tenant_now())', t);
		execute format('create policy admin on %I to casegate_admin using (true) with check (true)', t);
	end loop;
end $$;

-- The owner's functions that look across tenants: an address at RCPT, a token, the numbering of events.
create policy directory on agent_address for select to casegate_owner using (true);
create policy directory on case_token for select to casegate_owner using (true);
create policy numbering on event to casegate_owner using (true) with check (true);
create policy numbering on event_counter to casegate_owner using (true) with check (true);

-- The app's user. Each policy asks for the row that it hangs on, and so for that row's own policy.
create function sees_all() returns boolean language sql stable
	return exists (select from casegate.tenant_user u
		where u.tenant = casegate.tenant_now() and u."user" = casegate.user_now() and u.role = 'all' and u.removed_at is null);

create policy app on tenant_user for select to casegate_app
	using (tenant = (select casegate.tenant_now()) and "user" = (select casegate.user_now()));
create policy app on case_member for select to casegate_app
	using (tenant = (select casegate.tenant_now()) and ("user" = (select casegate.user_now()) or (select casegate.sees_all())));
create policy app on message_sight for select to casegate_app
	using (tenant = (select casegate.tenant_now()) and "user" = (select casegate.user_now()));

create policy app on case_file for select to casegate_app
	using (tenant = (select casegate.tenant_now()) and ((select casegate.sees_all()) or exists (
		select from casegate.case_member m where m.tenant = case_file.tenant and m.case_id = case_file.case_id
			and m."user" = (select casegate.user_now()) and m.removed_at is null)));
create policy app on message for select to casegate_app
	using (tenant = (select casegate.tenant_now()) and case_id is not null and ((select casegate.sees_all())
		or submitted_by = (select casegate.user_now())
		or exists (select from casegate.message_sight s where s.tenant = message.tenant and s.message_id = message.message_id
			and s."user" = (select casegate.user_now()) and s.may)
		or (exists (select from casegate.case_member m where m.tenant = message.tenant and m.case_id = message.case_id
				and m."user" = (select casegate.user_now()) and m.removed_at is null)
			and not exists (select from casegate.message_sight s where s.tenant = message.tenant and s.message_id = message.message_id
				and s."user" = (select casegate.user_now()) and not s.may))));
create policy app on delivery for select to casegate_app
	using (tenant = (select casegate.tenant_now()) and ((select casegate.sees_all())
		or submitted_by = (select casegate.user_now())
		or exists (select from casegate.message m where m.tenant = delivery.tenant and m.message_id = delivery.message_id)));
create policy app on participant for select to casegate_app
	using (tenant = (select casegate.tenant_now()) and exists (
		select from casegate.message m where m.tenant = participant.tenant and m.message_id = participant.message_id));
create policy app on attachment for select to casegate_app
	using (tenant = (select casegate.tenant_now()) and (
		exists (select from casegate.message m where m.tenant = attachment.tenant and m.message_id = attachment.message_id)
		or exists (select from casegate.case_file c where c.tenant = attachment.tenant and c.case_id = attachment.case_id)));
create policy app on message_comment for select to casegate_app
	using (tenant = (select casegate.tenant_now()) and exists (
		select from casegate.message m where m.tenant = message_comment.tenant and m.message_id = message_comment.message_id));
create policy app on delivery_message_row for select to casegate_app
	using (tenant = (select casegate.tenant_now()) and exists (
		select from casegate.message m where m.tenant = delivery_message_row.tenant and m.message_id = delivery_message_row.message_id));
create policy app on evidence for select to casegate_app
	using (tenant = (select casegate.tenant_now())
		and exists (select from casegate.delivery d where d.tenant = evidence.tenant and d.delivery_id = evidence.delivery_id)
		and (case_id is null or exists (select from casegate.case_file c where c.tenant = evidence.tenant and c.case_id = evidence.case_id)));
create policy app on event for select to casegate_app
	using (tenant = (select casegate.tenant_now()) and ((select casegate.sees_all())
		or by_user = (select casegate.user_now())
		or exists (select from casegate.case_file c where c.tenant = event.tenant and c.case_id = event.case_id)
		or exists (select from casegate.message m where m.tenant = event.tenant and m.message_id = event.message_id)
		or exists (select from casegate.delivery d where d.tenant = event.tenant and d.delivery_id = event.delivery_id)));
create policy app on outlook_connection for select to casegate_app
	using (tenant = (select casegate.tenant_now()) and ("user" = (select casegate.user_now()) or (select casegate.sees_all())));
create policy app on thread_key for select to casegate_app   -- which ids are here: for missing_count
	using (tenant = (select casegate.tenant_now()) and (select casegate.user_now()) is not null);
create policy app on case_token for select to casegate_app
	using (tenant = (select casegate.tenant_now()) and exists (
		select from casegate.case_file c where c.tenant = case_token.tenant and c.case_id = case_token.case_id));
create policy app on agent_address for select to casegate_app
	using (tenant = (select casegate.tenant_now()) and (select casegate.user_now()) is not null);

-- Tables of each role. Views and functions are granted where they are made.
grant select, insert, update on all tables in schema casegate to casegate_gateway, casegate_graph;
grant delete on thread_key, awaited, claim, said, participant, attachment, message_sight to casegate_gateway, casegate_graph;
grant select on tenant, tenant_user, outlook_connection to casegate_web;
grant select, insert, update, delete on all tables in schema casegate to casegate_admin;
grant select on tenant_user, case_file, case_member, message, message_sight, delivery, participant, attachment, message_comment,
	delivery_message_row, evidence, event, outlook_connection, thread_key, case_token, agent_address to casegate_app;
revoke all on schema_version from casegate_gateway, casegate_graph, casegate_admin;
grant select on schema_version to casegate_gateway, casegate_graph, casegate_web, casegate_admin;
create policy version on schema_version for select to public using (true);
create policy version_owner on schema_version to casegate_owner using (true) with check (true);

-- Says who asks, for this transaction.
create function sign_in(tenant text, "user" text) returns void
	language plpgsql security definer set search_path = casegate, pg_temp as $$
begin
	perform set_config('casegate.tenant', coalesce(sign_in.tenant, ''), true);
	if not exists (select from tenant t where t.tenant = sign_in.tenant) then
		perform set_config('casegate.tenant', '', true);
		raise exception 'no tenant "%"', sign_in.tenant using errcode = 'invalid_authorization_specification';
	end if;
	if not exists (select from tenant_user u where u.tenant = sign_in.tenant and u."user" = sign_in."user" and u.removed_at is null) then
		perform set_config('casegate.tenant', '', true);
		raise exception 'no user "%" in tenant "%"', sign_in."user", sign_in.tenant using errcode = 'invalid_authorization_specification';
	end if;
	perform set_config('casegate.user', sign_in."user", true);
end $$;
revoke all on function sign_in(text, text) from public;
grant execute on function sign_in(text, text) to casegate_app;
grant execute on function tenant_now(), user_now(), sees_all() to casegate_gateway, casegate_graph, casegate_web, casegate_admin, casegate_app;
grant usage on schema casegate to casegate_gateway, casegate_graph, casegate_web, casegate_admin, casegate_app;

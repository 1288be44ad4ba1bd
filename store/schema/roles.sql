-- Run by `casegate migrate` before every migration, as the database's owner: the roles and the schema's home.
-- All but the owner may log in; how they prove who they are is pg_hba.conf's business.
do $$
declare
	r text;
begin
	if not exists (select from pg_roles where rolname = 'casegate_owner') then
		create role casegate_owner nologin;
	end if;
	foreach r in array array['casegate_gateway', 'casegate_graph', 'casegate_web', 'casegate_admin', 'casegate_app'] loop
		if not exists (select from pg_roles where rolname = r) then
			execute format('create role %I login', r);
		end if;
	end loop;
	-- With a user in its url every process connects as that one and does SET ROLE.
	foreach r in array array['casegate_owner', 'casegate_gateway', 'casegate_graph', 'casegate_web', 'casegate_admin'] loop
		if not pg_has_role(current_user, r, 'member') then
			execute format('grant %I to current_user', r);
		end if;
	end loop;
	if not exists (select from pg_namespace where nspname = 'casegate') then
		create schema casegate authorization casegate_owner;
	end if;
	execute format('grant connect on database %I to casegate_gateway, casegate_graph, casegate_web, casegate_admin, casegate_app', current_database());
end $$;
set local role casegate_owner;
set local search_path = casegate, pg_temp;
-- Not `in schema`: that could only add to what everybody may.
alter default privileges revoke execute on functions from public;
create table if not exists schema_version (
	version    int primary key,
	name       text not null,
	-- SHA-256 in hex of the file that was applied.
	digest     text not null,
	applied_at timestamptz not null default now()
);

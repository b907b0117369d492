/** What the gateway refuses, and what the page's address and tokens are refused for. */
export const gateway = {
  ability_missing: "This token may not {ability}. Make one that may: dockfra token create NAME",
  action_missing: "The action is empty. Send one, such as welcome.",
  action_timeout: "The action did not end within {seconds} s. Look at the page for how it goes on.",
  arguments_invalid: "The arguments cannot be used: {why}. Mend them, then run again.",
  auth_needed:
    "Without a login the page works on loopback only. Leave out --listen and --behind-proxy, or --auth none.",
  body_too_large: "The body is larger than 1 MiB. Send less.",
  container_of_no_stack: "No stack has a container {name}. See the status.",
  engine_unknown: "The developer has no engine {engine}. Look at its list.",
  gateway_port_taken:
    "Port {port} is taken by {holder}. Use another: dockfra up --port {proposal} --root {root}",
  host_refused: "{host} is no name of this gateway. Open the URL that is printed by: dockfra url",
  json_required: "The body has to be JSON. Send it with Content-Type: application/json.",
  listen_invalid: "{address} is no address. Name one of this machine's, as 192.168.1.5.",
  listen_unprotected:
    "On {address} others could read what is sent. Put a proxy with TLS in front and name it: --behind-proxy https://NAME",
  login_refused:
    "This link is wrong, was used, or is older than ten minutes. Get a new one with: dockfra url",
  offer_forgotten: "This was done already, or offered more than ten minutes ago.",
  origin_missing:
    "A request with a cookie has to name its Origin. Scripts send a token instead: dockfra token create NAME",
  origin_refused: "A page of {origin} may not use this gateway. Open its own page: dockfra url",
  path_unknown: "There is nothing at {path}. See /api/v1/openapi.json.",
  port_held: "Port {port} is taken by {holder}. Choose another.",
  port_not_variable:
    "The port of {service} stands in its Compose file, not in a variable. Hand in a ticket to change it.",
  proxy_origin_invalid: "{origin} is no origin. Write it as https://dockfra.example.",
  rate_limited: "Too many requests. Wait a minute, then try again.",
  request_invalid: "The request cannot be read: {why}",
  role_busy:
    "The {role} runs {count} commands for people already. Wait until one has ended, then run it again.",
  role_command_unknown: "The {role} has no command {command}. Look at its list.",
  role_unknown: "{role} is no role. The roles are {roles}.",
  run_forgotten: "This was run already, or more than ten minutes ago. Choose it anew.",
  session_required: "Nobody is signed in here. Open the URL that is printed by: dockfra url",
  status_not_settable:
    "{ticket} is {now} ({state}), and {status} comes about by the crew's work, not by hand.",
  suggestion_gone: "This suggestion for {name} is no longer there. Ask for them again.",
  title_missing: "A ticket needs a title. Say in one line what is wanted.",
  token_name_invalid: "{name} is no name for a token. Use up to 60 letters, digits, spaces, dots, _ and -.",
  token_unknown: "There is no token {token}. See: dockfra token list",
  too_many_logins: "Too many attempts to sign in. Wait a minute, then try again.",
  too_many_runs: "Too many commands were run. Wait a minute, then run it again.",
  wizard_port_invalid: "WIZARD_PORT is {text}, which is no port. Use a number from 1 to 65535.",
} as const;

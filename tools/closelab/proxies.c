// SPDX-License-Identifier: GPL-2.0
#include "proxies.h"

#define HAPROXY(mode, servers) { \
	.package = "haproxy", \
	.command = "exec haproxy -q -db -f /dev/stdin", \
	.config = \
	"global\n nbthread 1\n maxconn 100\n" \
	"defaults\n mode http\n retries 0\n timeout connect 60s\n" \
	" timeout client 60s\n timeout server 60s\n" mode \
	"listen lab\n bind @PROXY@\n balance roundrobin\n" servers, \
}

#define NGINX(servers, target, location) { \
	.package = "nginx-light", \
	/* Before it reads where to log, it opens the log of its own choice. */ \
	.command = "mkdir -p /var/log/nginx && exec nginx -c /dev/stdin", \
	.config = \
	"daemon off; master_process off; pid /run/nginx.pid;\n" \
	"error_log " PROXY_LOG " error;\n" \
	"events { worker_connections 128; }\n" \
	"http {\n" \
	"  access_log off; server_tokens off; keepalive_timeout 60s;\n" \
	"  client_body_temp_path /run/body; proxy_temp_path /run/proxy;\n" \
	"  fastcgi_temp_path /run/fastcgi; uwsgi_temp_path /run/uwsgi;\n" \
	"  scgi_temp_path /run/scgi;\n" \
	servers \
	"  server { listen @PROXY@;\n" \
	"    location / { proxy_pass http://" target "; " location " } }\n" \
	"}\n", \
}

#define NGINX_CLOSE "proxy_http_version 1.0; proxy_set_header Connection close;"
#define NGINX_KEEP "proxy_http_version 1.1; proxy_set_header Connection \"\";"

/* Of an idle connection to a client */
#define SHORT_TIMEOUT " keepalive_timeout 2s;"

#define MODULE(name) \
	"LoadModule " name "_module /usr/lib/apache2/modules/mod_" name ".so\n"

#define APACHE(modules, target) { \
	.package = "apache2-bin", \
	.command = "exec apache2 -X -f /dev/stdin", \
	.config = \
	MODULE("mpm_prefork") MODULE("authz_core") MODULE("proxy") \
	MODULE("proxy_http") modules \
	"ServerName lab\nServerRoot /run\nDefaultRuntimeDir /run\n" \
	"PidFile /run/apache2.pid\nErrorLog " PROXY_LOG "\nListen @PROXY@\n" \
	"User www-data\nGroup www-data\nServerTokens Prod\n" \
	"KeepAliveTimeout 60\n" target, \
}

const struct proxy haproxy_keep =
	HAPROXY(" option http-keep-alive\n", " server a @A@\n");
const struct proxy haproxy_always =
	HAPROXY(" option http-keep-alive\n http-reuse always\n", " server a @A@\n");
const struct proxy haproxy_httpclose =
	HAPROXY(" option httpclose\n", " server a @A@\n");
const struct proxy haproxy_server_close =
	HAPROXY(" option http-server-close\n", " server a @A@\n");
const struct proxy haproxy_two =
	HAPROXY(" option http-server-close\n",
		" server a @A@\n server b @A2@\n");
const struct proxy nginx_close =
	NGINX("", "@A@", NGINX_CLOSE);
const struct proxy nginx_keep =
	NGINX("  upstream lab { server @A@ max_fails=0; keepalive 4; }\n", "lab",
	      NGINX_KEEP);
const struct proxy nginx_server_first =
	NGINX("  upstream lab { server @A@; keepalive 4; keepalive_timeout 60s; }\n",
	      "lab", NGINX_KEEP SHORT_TIMEOUT);
const struct proxy nginx_proxy_first =
	NGINX("  upstream lab { server @A@; keepalive 4; keepalive_timeout 2s; }\n",
	      "lab", NGINX_KEEP SHORT_TIMEOUT);
const struct proxy nginx_two =
	/* In an upstream block, nginx from 1.29.7 on keeps connections by itself. */
	NGINX("  map $connection_requests $server { default @A@; 2 @A2@; }\n",
	      "$server", NGINX_CLOSE);
const struct proxy apache_close =
	APACHE("", "ProxyPass / http://@A@/ disablereuse=on retry=0\n");
const struct proxy apache_keep =
	APACHE("", "ProxyPass / http://@A@/\n");
const struct proxy apache_two =
	APACHE(MODULE("slotmem_shm") MODULE("proxy_balancer")
	       MODULE("lbmethod_byrequests"),
	       "<Proxy balancer://lab>\n"
	       "BalancerMember http://@A@ disablereuse=on retry=0\n"
	       "BalancerMember http://@A2@ disablereuse=on retry=0\n"
	       "</Proxy>\nProxyPass / balancer://lab/\n");

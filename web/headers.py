"""The security headers of every answer, errors included."""

from flask import Flask, Response, g, request, session

from web.transactions import is_static

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        # Bootstrap's style sheet draws its signs as data: images.
        "img-src 'self' data:",
        "script-src 'self'",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def install(app: Flask, *, is_https: bool) -> None:
    """Add the headers last, when nothing else can change the answer."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        # A file of a room has a stricter one.
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["X-Request-ID"] = g.request_id
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if is_https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if not is_static(request.endpoint):
            private = g.get("person") is not None or bool(session)
            response.headers.setdefault("Cache-Control", "no-store" if private else "no-cache")
        return response

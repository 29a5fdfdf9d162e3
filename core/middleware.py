"""Headers that every answer carries, static files and errors included, and the methods that none accepts."""

from django.http import HttpResponseNotAllowed

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
ACCEPTED_METHODS = ("GET", "HEAD", "POST", "OPTIONS")


class HeadersMiddleware:
    """Adds the isolation headers; refuses TRACE and the methods of APIs with 405."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        accepted = request.method in ACCEPTED_METHODS
        response = self.get_response(request) if accepted else HttpResponseNotAllowed(ACCEPTED_METHODS)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.headers["Cache-Control"] = "private, no-store"
        return response

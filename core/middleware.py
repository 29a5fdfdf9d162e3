"""Headers that every answer carries, static files and errors included, and the methods that none accepts."""

from http import HTTPStatus

from django.http import HttpResponseNotAllowed
from django.template.loader import render_to_string

HEADERS = {
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
ACCEPTED_METHODS = ("GET", "HEAD", "POST", "OPTIONS")


class HeadersMiddleware:
    """Adds the isolation headers, and keeps what a signed-in person sees out of caches."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.headers["Cache-Control"] = "private, no-store"
        return response


class MethodsMiddleware:
    """Refuses TRACE and the methods of APIs with 405; who opens an address that only takes forms gets a page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in ACCEPTED_METHODS:
            return HttpResponseNotAllowed(ACCEPTED_METHODS)
        response = self.get_response(request)
        if request.method == "GET" and response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response.content = render_to_string("405.html", {}, request)
        return response

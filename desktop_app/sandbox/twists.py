"""What can be wrong with a sign-in at the practice provider."""

from enum import StrEnum


class Twist(StrEnum):
    """What is wrong with a sign-in; the conventions are ours, not Lifen's."""

    NONCE = "nonce"  # of another question
    ISSUER = "issuer"  # another provider's token
    AUDIENCE = "audience"  # made for another application
    PARTY = "party"  # shared with another application, which it was made for
    EXPIRED = "expired"
    FUTURE = "future"  # issued tomorrow
    UNSIGNED = "unsigned"  # alg none
    STRANGER = "stranger"  # signed with another key under our key's name
    SYMMETRIC = "symmetric"  # HS256 with the public key as its secret
    NAMELESS = "nameless"  # nothing but the subject: not wrong, only short
    STATE = "state"  # the redirect answers another question
    NAMED_OTHERWISE = "named_otherwise"  # the redirect's iss (RFC 9207) is another provider's
    DENIED = "denied"  # error=access_denied

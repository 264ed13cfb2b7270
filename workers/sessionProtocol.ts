/** Where the edge tells a session's object whose socket it is: it has verified all of it. */
export const CONNECTION_HEADER = "x-headgate-connection";

/** What the object answers where its session has a socket, and the newcomer asked for no session by name. */
export const SESSION_TAKEN = 409;

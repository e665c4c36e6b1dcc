warp markers and the like, opaque to everyone but its program
warp markers and the like, opaque to everyone but its program
warp markers and the like, opaque to everyone but its program
warp markers and the like, opaque to everyone but its program

;; nothing but a comment


;; Opens a file, takes the fix that the server offers for a finding, and saves.

(package-initialize)
(require 'eglot)
(require 'flymake)

(defun wait (what there)
  (let ((end (time-add nil 20)))
    (while (not (funcall there))
      (unless (time-less-p nil end) (error "Waited in vain for %s" what))
      (accept-process-output nil 0.02))))

(defun found ()
  (seq-find (lambda (one) (string-match-p "containerport" (flymake-diagnostic-text one))) (flymake-diagnostics)))

(find-file "database.yaml")
(apply #'eglot (eglot--guess-contact))
(wait "the diagnostic" (lambda () (flymake-start) (found)))
(let ((one (found)))
  (princ (format "shown: %s\n" (flymake-diagnostic-text one)))
  (eglot-code-actions (flymake-diagnostic-beg one) (flymake-diagnostic-end one) "quickfix" t))
(wait "the fix" #'buffer-modified-p)
(save-buffer)
(kill-emacs 0)
